namespace Ciliate.Agent.Api;

/// <summary>The path of the agent's socket: what a killed agent left there gives way, anything else is someone's file and stays.</summary>
internal static class SocketFile
{
    /// <exception cref="AgentException">Something other than a socket is at the path.</exception>
    public static void RequireFree(string path)
    {
        if ((File.Exists(path) || Directory.Exists(path)) && !IsSocket(path))
            throw AgentException.Conflict($"socket {path} exists and is not a socket; move it away or set another socket");
    }

    /// <summary>False also when something else is at the path.</summary>
    public static bool IsThere(string path) => File.Exists(path) && IsSocket(path);

    /// <summary>Safe to repeat.</summary>
    /// <exception cref="AgentException">Something other than a socket is at the path.</exception>
    public static void Remove(string path)
    {
        RequireFree(path);
        File.Delete(path);
    }

    /// <summary>open(2) refuses a socket, and of the things at a path that root may open only a socket, with ENXIO. Reading and writing at
    /// once, so that a FIFO without another end does not block.</summary>
    private static bool IsSocket(string path)
    {
        const int noSuchDevice = 6;
        try
        {
            using var handle = File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
            return false;
        }
        catch (IOException error)
        {
            return error.HResult == noSuchDevice;
        }
        catch (UnauthorizedAccessException)
        {
            return false;
        }
    }
}
