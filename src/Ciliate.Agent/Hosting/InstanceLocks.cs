using System.Security.Cryptography;
using System.Text;
using Ciliate.Agent.Configuration;
using Ciliate.Linux;

namespace Ciliate.Agent.Hosting;

/// <summary>One agent per socket, state directory and BPF root. The locks end with the process, however it ends.</summary>
public sealed class InstanceLocks : IDisposable
{
    // A BPF file system holds no ordinary files, so the lock of its directory stands elsewhere, by name.
    private const string LockDirectory = "/run/lock";

    private readonly List<FileLock> _locks = [];

    /// <exception cref="AgentException">Another agent has one of them, or a directory cannot be made.</exception>
    public static InstanceLocks Take(AgentConfiguration configuration)
    {
        var locks = new InstanceLocks();
        try
        {
            locks.Add(AgentOptions.StateDirectory, configuration.StateDirectory, Path.Combine(configuration.StateDirectory, "lock"));
            locks.Add(AgentOptions.Socket, configuration.Socket, configuration.Socket + ".lock");
            locks.Add(AgentOptions.BpfRoot, configuration.BpfRoot, Path.Combine(LockDirectory, LockName(configuration.BpfRoot)));
            return locks;
        }
        catch
        {
            locks.Dispose();
            throw;
        }
    }

    public void Dispose() => _locks.ForEach(held => held.Dispose());

    private void Add(AgentOption option, string thing, string path)
    {
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            _locks.Add(FileLock.TryTake(path)
                ?? throw AgentException.Conflict($"another agent runs on {option.Name} {thing}; stop it or set another {option.Name}"));
        }
        catch (Exception error) when (error is LinuxException or IOException or UnauthorizedAccessException)
        {
            throw new AgentException(AgentError.Failed, $"{option.Name}: {error.Message}", error);
        }
    }

    private static string LockName(string path) =>
        $"ciliate-{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(path)).AsSpan(0, 8))}.lock";
}
