using System.Net.Sockets;

namespace Ciliate.Agent.Api;

/// <summary>The path of the agent's socket: what a killed agent left there gives way, anything else is someone's and stays.</summary>
internal static class SocketFile
{
    /// <exception cref="AgentException">Something other than a socket is at the path, or somebody listens there.</exception>
    public static void RequireFree(string path)
    {
        if (!File.Exists(path) && !Directory.Exists(path))
            return;
        if (!IsSocket(path))
            throw AgentException.Conflict($"socket {path} exists and is not a socket; move it away or set another socket");
        if (IsInUse(path))
            throw AgentException.Conflict($"socket {path} is in use by another program; stop that or set another socket");
    }

    /// <summary>False also when something else is at the path.</summary>
    public static bool IsThere(string path) => File.Exists(path) && IsSocket(path);

    /// <summary>Safe to repeat.</summary>
    /// <exception cref="AgentException">Something other than a socket is at the path, or somebody listens there.</exception>
    public static void Remove(string path)
    {
        RequireFree(path);
        File.Delete(path);
    }

    /// <summary>Nobody's is a socket that refuses: whose queue is full, or who wants another kind of connection, is there.</summary>
    private static bool IsInUse(string path)
    {
        using var probe = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified) { Blocking = false };
        try
        {
            probe.Connect(new UnixDomainSocketEndPoint(path));
            return true;
        }
        catch (SocketException error)
        {
            return error.SocketErrorCode != SocketError.ConnectionRefused && File.Exists(path);
        }
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
