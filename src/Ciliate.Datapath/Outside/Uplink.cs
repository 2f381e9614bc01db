using System.Net;
using System.Net.Sockets;

namespace Ciliate.Datapath;

/// <summary>An interface to the outside.</summary>
/// <param name="Mtu">Bytes of the largest IP packet.</param>
/// <param name="IPv4">The address that containers take there; null: IPv4 does not leave by it masqueraded.</param>
/// <param name="IPv6">Likewise.</param>
/// <param name="IsStrict">Whether what comes in there for a container must be from where an answer would leave by it (RFC 3704, 2.2).</param>
public sealed record Uplink(int IfIndex, string Name, int Mtu, IPAddress? IPv4, IPAddress? IPv6, bool IsStrict = false)
{
    public IPAddress? AddressOf(AddressFamily family) => family == AddressFamily.InterNetwork ? IPv4 : IPv6;
}

/// <summary>A masqueraded flow.</summary>
/// <param name="ContainerPort">Source port or echo identifier that the container uses; 0 for protocols without.</param>
/// <param name="Local">Address of the uplink, as the remote sees it, with its port or identifier.</param>
/// <param name="RemotePort">0 for ICMP echo and protocols without ports.</param>
/// <param name="UplinkIfIndex">0 when the row is gone.</param>
public sealed record NatRow(
    byte Protocol, IPAddress Container, ushort ContainerPort, IPAddress Local, ushort LocalPort, IPAddress Remote, ushort RemotePort,
    ushort EndpointId, int UplinkIfIndex);
