using System.Net.NetworkInformation;
using Ciliate.Linux;

namespace Ciliate.Netlink;

/// <summary>A pair of virtual Ethernet links to be made. Both ends are down at first.</summary>
/// <param name="Name">Of this end; 1 to 15 bytes.</param>
/// <param name="PeerName">Of the other end.</param>
public sealed record VethSpec(string Name, string PeerName)
{
    /// <summary>Namespace of the other end; null leaves it in this one.</summary>
    public NetworkNamespace? PeerNamespace { get; init; }

    /// <summary>Of this end, in its namespace; null lets the kernel choose one.</summary>
    public int? Index { get; init; }

    /// <summary>Null lets the kernel choose one.</summary>
    public PhysicalAddress? Mac { get; init; }

    /// <summary>Null lets the kernel choose one.</summary>
    public PhysicalAddress? PeerMac { get; init; }

    /// <summary>Bytes, of both ends; null takes the kernel's default.</summary>
    public int? Mtu { get; init; }

    /// <summary>Transmit and receive queues of each end; null takes the kernel's default, one per possible CPU.</summary>
    public int? Queues { get; init; }

    /// <summary>Free text of this end, up to 255 bytes; null: none.</summary>
    public string? Alias { get; init; }

    /// <summary>Whether this end can multicast. Without, the stack joins no groups there beyond what every interface has, and reports none.</summary>
    public bool Multicast { get; init; } = true;

    /// <summary>Whether this end makes itself an IPv6 link-local address when it comes up.</summary>
    public bool LinkLocalAddress { get; init; } = true;

    /// <summary>The same for the other end.</summary>
    public bool PeerLinkLocalAddress { get; init; } = true;
}
