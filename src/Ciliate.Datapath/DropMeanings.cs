using Ciliate.Datapath.Abi;

namespace Ciliate.Datapath;

/// <summary>What happened where a drop reason is told, in a few words each: the same as in docs/datapath.md.</summary>
internal static class DropMeanings
{
    private static readonly Dictionary<DropReason, string> s_meanings = new()
    {
        [DropReason.NoGeneration] = "the endpoint, or the one it speaks to, has no policy yet: fail closed",
        [DropReason.PolicyDeniedIngress] = "the destination's policy",
        [DropReason.PolicyDeniedEgress] = "the source's policy",
        [DropReason.SpoofedMac] = "the source MAC is not the container's",
        [DropReason.SpoofedAddress] = "the source address is not the container's, or somewhere that the host has no way back to",
        [DropReason.ForeignDestinationMac] = "unicast to a MAC that is not the gateway's, or a packet for one in a frame for many",
        [DropReason.VlanTag] = "containers may not tag",
        [DropReason.Truncated] = "headers end before they should",
        [DropReason.Malformed] = "a field contradicts its format, or TCP flags each other",
        [DropReason.UnsupportedEthertype] = "neither IPv4, IPv6 nor ARP",
        [DropReason.UnsupportedFamily] = "the endpoint has no address of this family",
        [DropReason.TooManyExtensionHeaders] = "more than eight",
        [DropReason.RoutingHeader] = "IPv6 source routing (RFC 5095)",
        [DropReason.Fragment] = "a piece that lacks headers, overlaps them, or fits into no packet",
        [DropReason.InvalidAddress] = "unspecified, loopback or IPv4-mapped on the wire",
        [DropReason.Multicast] = "multicast is not carried",
        [DropReason.ArpMalformed] = "not ARP for IPv4 over Ethernet",
        [DropReason.ArpSpoofed] = "the sender is not the container",
        [DropReason.ArpForeignTarget] = "only the gateway is resolved",
        [DropReason.NdiscMalformed] = "against RFC 4861, 6.1.1, 7.1.1 or 7.1.2",
        [DropReason.NdiscSpoofed] = "the link-layer option, or the address advertised, is not the container's",
        [DropReason.NdiscForeignTarget] = "only the gateway is resolved",
        [DropReason.NdiscForbidden] = "only the gateway is a router",
        [DropReason.HopLimitExceeded] = "the TTL or hop limit is used up; where it is the container's packet it is answered with an ICMP error, but for errors",
        [DropReason.UnsolicitedReply] = "an echo or ARP reply that nobody asked for",
        [DropReason.FlowQuota] = "the endpoint owns as many flows as are still free, or half as many that strangers opened",
        [DropReason.FlowTableFull] = "all endpoints together have as many as fit",
        [DropReason.SameEndpoint] = "from a container to itself over the wire",
        [DropReason.Internal] = "a map or helper failed that should not",
        [DropReason.FragmentUnknown] = "a later fragment whose first was not seen",
        [DropReason.SourceRoute] = "IPv4 loose or strict source routing",
        [DropReason.IcmpErrorUnrelated] = "the packet that an error embeds is of no live flow",
        [DropReason.IcmpRedirect] = "routes are the gateway's to tell",
        [DropReason.NoFlow] = "a SYN with ACK, or an RST, that no flow knows; or what comes straight from outside on a masqueraded flow",
        [DropReason.DhcpServer] = "a container answers DHCP",
        [DropReason.TranslationPortsUsedUp] = "no free port is left to masquerade with",
        [DropReason.TranslationUnsupported] = "cannot be masqueraded",
        [DropReason.PacketTooBig] = "larger than the link, and nobody may cut it; the container's is answered likewise",
        [DropReason.Broadcast] = "broadcast is not carried",
        [DropReason.ChecksumMisplaced] = "the sender wants the checksum put where none belongs, over what was judged",
        [DropReason.NoEndpoint] = "the interface is no endpoint's: one that is just being taken down",
        [DropReason.NotForwarded] = "a new flow from outside straight to a container, by an interface from which the host does not forward",
        [DropReason.UserProgram] = "a program of the user's at the container said so",
    };

    /// <summary>Null for a reason that this version does not know.</summary>
    public static string? Find(DropReason reason) => s_meanings.GetValueOrDefault(reason);
}
