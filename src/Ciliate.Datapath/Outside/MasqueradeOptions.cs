namespace Ciliate.Datapath;

/// <summary>Whether flows that leave by an uplink take its address, and by which ports (and ICMP echo identifiers). The range is to lie
/// outside the host's own (net.ipv4.ip_local_port_range), and nobody on the host should listen in it.</summary>
/// <param name="AllProtocols">Whether protocols whose ports cannot be changed leave so too: a remote then speaks to one container only, and not
/// to the host.</param>
public sealed record MasqueradeOptions(
    bool IPv4, bool IPv6, ushort FirstPort, ushort LastPort, bool AllProtocols = false)
{
    internal uint PortCount => LastPort >= FirstPort && FirstPort != 0
        ? (uint)(LastPort - FirstPort + 1)
        : throw new DatapathException($"ports {FirstPort}-{LastPort} are no range to masquerade with");
}
