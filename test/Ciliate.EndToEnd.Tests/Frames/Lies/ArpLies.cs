using System.Net;
using static Ciliate.EndToEnd.Tests.Frames.Frame;
using static Ciliate.EndToEnd.Tests.Frames.HostileContainerTests;

namespace Ciliate.EndToEnd.Tests.Frames.Lies;

/// <summary>ARP in the name of others, or about others (RFC 826, RFC 5227).</summary>
internal static class ArpLies
{
    private const string Spoofed = "arp spoofed", Foreign = "arp foreign target";

    public static IReadOnlyList<Lie> All { get; } =
    [
        new("ARP request in the neighbour's name", Spoofed, n => n.FromBad(ArpType, ArpRequest(n.Own, n.Peer.IPv4, n.GatewayIPv4))),
        new("ARP request in the gateway's name", Spoofed, n => n.FromBad(ArpType, ArpRequest(n.Own, n.GatewayIPv4, n.Good.IPv4))),
        new("ARP announcement of the neighbour's address", Spoofed, n => ToAll(n, ArpRequest(n.Own, n.Peer.IPv4, n.Peer.IPv4))),
        new("ARP announcement of the gateway's address", Spoofed, n => ToAll(n, ArpRequest(n.Own, n.GatewayIPv4, n.GatewayIPv4))),
        new("ARP announcement of the neighbour's address as a reply", Spoofed, n => ToAll(n, ArpReply(n.Own, n.Peer.IPv4, n.Peer.IPv4))),
        new("ARP announcement of its own address for another's MAC", Spoofed, n => ToAll(n, ArpRequest(n.PeerMac, n.Bad.IPv4, n.Bad.IPv4))),
        new("ARP request with another's MAC inside", Spoofed, n => n.FromBad(ArpType, ArpRequest(n.Stranger, n.Bad.IPv4, n.GatewayIPv4))),
        new("ARP request with the gateway's MAC inside", Spoofed, n => n.FromBad(ArpType, ArpRequest(n.Gateway, n.Bad.IPv4, n.GatewayIPv4))),
        new("ARP reply in the gateway's name", Spoofed, n => ToAll(n, ArpReply(n.Own, n.GatewayIPv4, n.Good.IPv4))),
        new("ARP reply in the neighbour's name", Spoofed, n => n.FromBad(ArpType, ArpReply(n.Own, n.Peer.IPv4, n.GatewayIPv4))),
        new("ARP reply that nobody asked for", "unsolicited reply", n => n.FromBad(ArpType, ArpReply(n.Own, n.Bad.IPv4, n.Good.IPv4))),
        new("ARP for the victim", Foreign, n => ToAll(n, ArpRequest(n.Own, n.Bad.IPv4, n.Good.IPv4))),
        new("ARP probe of the victim's address", Foreign, n => ToAll(n, ArpRequest(n.Own, IPAddress.Any, n.Good.IPv4))),
    ];

    private static byte[] ToAll(Neighbours n, byte[] arp) => Ethernet(EveryMac, n.Own, ArpType, arp);
}
