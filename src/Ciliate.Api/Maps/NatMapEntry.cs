namespace Ciliate.Api;

/// <summary>A masqueraded connection.</summary>
/// <param name="Protocol">IANA number.</param>
/// <param name="Container">What the container sends from; its port is the identifier for ICMP echo.</param>
/// <param name="Local">What the remote sees instead: the uplink's address.</param>
/// <param name="Remote">Port 0 for ICMP echo and protocols without ports.</param>
/// <param name="Endpoint">Whose it is.</param>
/// <param name="Interface">Name of the uplink; null when it is gone.</param>
/// <param name="EndpointName">Null when it is gone.</param>
public sealed record NatMapEntry(
    byte Protocol, NatMapSide Container, NatMapSide Local, NatMapSide Remote, ushort Endpoint, string? Interface = null, string? EndpointName = null);

/// <param name="Port">Host order.</param>
public sealed record NatMapSide(string Address, ushort Port);
