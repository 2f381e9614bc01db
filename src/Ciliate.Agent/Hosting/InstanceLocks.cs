using Ciliate.Agent.Configuration;
using Ciliate.Agent.State;
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
            locks.Add(AgentOptions.StateDirectory, configuration.StateDirectory, () => File(StateLock(configuration)));
            locks.Add(AgentOptions.Socket, configuration.Socket, () => File(SocketLock(configuration)));
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

    /// <summary>Takes those of which an agent has been here, and makes nothing.</summary>
    /// <exception cref="AgentException">An agent has one of them.</exception>
    public static InstanceLocks TakeExisting(AgentConfiguration configuration)
    {
        var locks = new InstanceLocks();
        try
        {
            if (System.IO.File.Exists(StateLock(configuration)))
                locks.AddIdle(AgentOptions.StateDirectory, configuration.StateDirectory, () => FileLock.TryTake(StateLock(configuration)));
            if (System.IO.File.Exists(SocketLock(configuration)))
                locks.AddIdle(AgentOptions.Socket, configuration.Socket, () => FileLock.TryTake(SocketLock(configuration)));
            if (Directory.Exists(configuration.BpfRoot))
                locks.AddIdle(AgentOptions.BpfRoot, configuration.BpfRoot, () => FileLock.TryTakeDirectory(configuration.BpfRoot));
            return locks;
        }
        catch
        {
            locks.Dispose();
            throw;
        }
    }

    /// <summary>Whether an agent runs on the socket.</summary>
    public static bool IsSocketHeld(AgentConfiguration configuration)
    {
        string path = SocketLock(configuration);
        if (!System.IO.File.Exists(path))
            return false;
        using FileLock? mine = FileLock.TryTake(path);
        return mine is null;
    }

    public static string SocketLock(AgentConfiguration configuration) => configuration.Socket + ".lock";

    public void Dispose() => _locks.ForEach(held => held.Dispose());

    private static string StateLock(AgentConfiguration configuration) => Path.Combine(configuration.StateDirectory, StateStore.LockFile);

    private void AddIdle(AgentOption option, string thing, Func<FileLock?> tryTake) =>
        Add(option, tryTake, $"an agent runs on {option.Name} {thing}; stop it first, nothing was removed");

    private void Add(AgentOption option, string thing, Func<FileLock?> tryTake) =>
        Add(option, tryTake, $"another agent runs on {option.Name} {thing}; stop it or set another {option.Name}");

    private void Add(AgentOption option, Func<FileLock?> tryTake, string refusal)
    {
        try
        {
            _locks.Add(tryTake() ?? throw AgentException.Conflict(refusal));
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
