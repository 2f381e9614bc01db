using Ciliate.Agent.Configuration;
using Ciliate.Linux;

namespace Ciliate.Agent.Hosting;

/// <summary>One agent per socket, state directory and BPF root. The locks end with the process, however it ends.</summary>
public sealed class InstanceLocks : IDisposable
{
    private readonly List<FileLock> _locks = [];

    /// <exception cref="AgentException">Another agent has one of them, or a directory cannot be made.</exception>
    public static InstanceLocks Take(AgentConfiguration configuration)
    {
        var locks = new InstanceLocks();
        try
        {
            locks.Add(AgentOptions.StateDirectory, configuration.StateDirectory, () => File(Path.Combine(configuration.StateDirectory, "lock")));
            locks.Add(AgentOptions.Socket, configuration.Socket, () => File(configuration.Socket + ".lock"));
            // A BPF file system holds no ordinary files.
            locks.Add(AgentOptions.BpfRoot, configuration.BpfRoot, () =>
                FileLock.TryTakeDirectory(Directory.CreateDirectory(configuration.BpfRoot).FullName));
            return locks;
        }
        catch
        {
            locks.Dispose();
            throw;
        }
    }

    public void Dispose() => _locks.ForEach(held => held.Dispose());

    private void Add(AgentOption option, string thing, Func<FileLock?> tryTake)
    {
        try
        {
            _locks.Add(tryTake()
                ?? throw AgentException.Conflict($"another agent runs on {option.Name} {thing}; stop it or set another {option.Name}"));
        }
        catch (Exception error) when (error is LinuxException or IOException or UnauthorizedAccessException)
        {
            throw new AgentException(AgentError.Failed, $"{option.Name}: {error.Message}", error);
        }
    }

    private static FileLock? File(string path)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        return FileLock.TryTake(path);
    }
}
