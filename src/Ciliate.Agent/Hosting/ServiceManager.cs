using System.Net.Sockets;
using System.Text;

namespace Ciliate.Agent.Hosting;

/// <summary>Tells systemd that the agent is ready (sd_notify(3)): one datagram to the socket that NOTIFY_SOCKET names.</summary>
public static class ServiceManager
{
    /// <param name="address">Value of NOTIFY_SOCKET: a path, or a name in the abstract space after an at sign; null when systemd did not
    /// start us.</param>
    public static void NotifyReady(string? address)
    {
        if (string.IsNullOrEmpty(address))
            return;
        string path = address[0] == '@' ? '\0' + address[1..] : address;
        using var socket = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        socket.SendTo(Encoding.ASCII.GetBytes("READY=1"), new UnixDomainSocketEndPoint(path));
    }
}
