using Ciliate.Agent.Api;
using Ciliate.Agent.Configuration;
using Ciliate.Agent.Hosting;
using Ciliate.Agent.State;
using Ciliate.Api;

namespace Ciliate.Agent.Cleanup;

/// <summary>What an agent leaves on ordinary file systems: state, socket, locks. Somebody may have named a directory that holds other things
/// too: those stay, and the directory with them.</summary>
internal static class FileTraces
{
    private static readonly string[] s_stateDirectories = ["endpoints", "policies", "objects", ""];

    public static Inventory Find(AgentConfiguration configuration)
    {
        Inventory state = State(configuration.StateDirectory);
        return new Inventory([.. state.Found, .. Socket(configuration)], state.Strangers);
    }

    private static Inventory State(string directory)
    {
        var found = new List<Trace>();
        var strangers = new List<CleanupItem>();
        foreach (string path in s_stateDirectories.Select(name => Path.TrimEndingDirectorySeparator(Path.Combine(directory, name))).Where(Directory.Exists))
        {
            string[] others = [.. Directory.EnumerateFileSystemEntries(path).Where(entry => !IsOurs(directory, entry)).Order(StringComparer.Ordinal)];
            strangers.AddRange(others.Select(Stranger));
            found.AddRange(Directory.EnumerateFiles(path).Except(others).Order(StringComparer.Ordinal).Select(File));
            bool stays = others.Length > 0 || path == directory && strangers.Count > 0;
            if (!stays)
                found.Add(EmptyDirectory(path));
        }

        return new Inventory(found, strangers);
    }

    private static bool IsOurs(string directory, string path)
    {
        string name = Path.GetRelativePath(directory, path);
        return Directory.Exists(path) ? s_stateDirectories.Contains(name) : StateStore.IsOurs(name);
    }

    private static IEnumerable<Trace> Socket(AgentConfiguration configuration)
    {
        string socket = configuration.Socket;
        if (SocketFile.IsThere(socket))
            yield return new Trace("socket", socket, () => SocketFile.Remove(socket));
        if (System.IO.File.Exists(InstanceLocks.SocketLock(configuration)))
            yield return File(InstanceLocks.SocketLock(configuration));
        // The default's directory is ours; any other was somebody's choice and may be anything.
        string usual = Path.GetDirectoryName(AgentOptions.Socket.Default)!;
        if (Path.GetDirectoryName(socket) == usual && Directory.Exists(usual)
            && Directory.EnumerateFileSystemEntries(usual).All(path => path == socket || path == InstanceLocks.SocketLock(configuration)))
        {
            yield return EmptyDirectory(usual);
        }
    }

    private static Trace File(string path) => new("file", path, () => System.IO.File.Delete(path));

    private static Trace EmptyDirectory(string path) => new("directory", path, () =>
    {
        if (Directory.Exists(path))
            Directory.Delete(path);
    });

    private static CleanupItem Stranger(string path) => new(Directory.Exists(path) ? "directory" : "file", path);
}
