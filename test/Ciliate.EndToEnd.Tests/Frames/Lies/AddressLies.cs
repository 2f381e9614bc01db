using System.Net;
using static Ciliate.EndToEnd.Tests.Frames.Frame;
using static Ciliate.EndToEnd.Tests.Frames.HostileContainerTests;

namespace Ciliate.EndToEnd.Tests.Frames.Lies;

/// <summary>Addresses in the packet: those of others, those that nobody has, and those of many.</summary>
internal static class AddressLies
{
    private const string Spoofed = "spoofed address", Invalid = "invalid address", Multicast = "multicast", Broadcast = "broadcast";

    public static IReadOnlyList<Lie> All { get; } =
    [
        // Somebody's.
        From4("of the neighbour", Spoofed, n => n.Peer.IPv4),
        From6("of the neighbour", Spoofed, n => n.Peer.IPv6),
        From4("of the gateway", Spoofed, n => n.GatewayIPv4),
        From6("of the gateway", Spoofed, n => n.GatewayIPv6),
        From4("of a stranger", Spoofed, _ => IPAddress.Parse("203.0.113.9")),
        From6("of a stranger", Spoofed, _ => IPAddress.Parse("2001:db8::9")),
        From4("of the victim, to the victim", Spoofed, n => n.Good.IPv4),
        From6("of the victim, to the victim", Spoofed, n => n.Good.IPv6),
        new("IPv4 of the neighbour, to the gateway", Spoofed, n => n.FromBad(IPv4Type, Packet(n.Peer.IPv4, n.GatewayIPv4))),
        new("IPv6 of the neighbour, to the gateway", Spoofed, n => n.FromBad(IPv6Type, Packet(n.Peer.IPv6, n.GatewayIPv6))),
        new("IPv4 of the neighbour, to the outside", Spoofed, n => n.FromBad(IPv4Type, Packet(n.Peer.IPv4, IPAddress.Parse("203.0.113.9")))),
        new("IPv6 of the neighbour, to the outside", Spoofed, n => n.FromBad(IPv6Type, Packet(n.Peer.IPv6, IPAddress.Parse("2001:db8::9")))),
        // Nobody's.
        From4("loopback", Invalid, _ => IPAddress.Loopback),
        From6("loopback", Invalid, _ => IPAddress.IPv6Loopback),
        From4("unspecified", Invalid, _ => IPAddress.Any),
        From6("unspecified", Spoofed, _ => IPAddress.IPv6Any),
        From4("link-local", Spoofed, _ => IPAddress.Parse("169.254.1.1")),
        From6("link-local of a neighbour", Spoofed, _ => IPAddress.Parse("fe80::99")),
        From4("reserved", Invalid, _ => IPAddress.Parse("240.0.0.1")),
        From6("mapped", Invalid, n => n.Peer.IPv4.MapToIPv6()),
        From6("compatible", Invalid, n => Compatible(n.Peer.IPv4)),
        To4("loopback", Invalid, _ => IPAddress.Loopback),
        To6("loopback", Invalid, _ => IPAddress.IPv6Loopback),
        To4("unspecified", Invalid, _ => IPAddress.Any),
        To6("unspecified", Invalid, _ => IPAddress.IPv6Any),
        To4("reserved", Invalid, _ => IPAddress.Parse("240.0.0.1")),
        To6("mapped", Invalid, n => n.Good.IPv4.MapToIPv6()),
        To6("compatible", Invalid, n => Compatible(n.Good.IPv4)),
        // Many's.
        From4("of a group", Invalid, _ => IPAddress.Parse("224.0.0.5")),
        From6("of a group", Invalid, _ => AllNodes),
        From4("of all", Invalid, _ => IPAddress.Broadcast),
        To4("a group", Multicast, _ => IPAddress.Parse("224.0.0.251")),
        To6("a group", Multicast, _ => AllNodes),
        To4("all", Broadcast, _ => IPAddress.Broadcast),
        To4("all of the range", Broadcast, n => LastOf(n.GatewayIPv4)),
        new("to all on the link, IPv4", Broadcast, n => Ethernet(EveryMac, n.Own, IPv4Type, Packet(n.Bad.IPv4, IPAddress.Broadcast))),
        new("to a group on the link, IPv6", Multicast, n => Ethernet(AllNodesMac, n.Own, IPv6Type, Packet(n.Bad.IPv6, AllNodes))),
    ];

    private static Lie From4(string what, string reason, Func<Neighbours, IPAddress> address) =>
        new("IPv4 " + what, reason, n => n.FromBad(IPv4Type, n.ToGood4(address(n))));

    private static Lie From6(string what, string reason, Func<Neighbours, IPAddress> address) =>
        new("IPv6 " + what, reason, n => n.FromBad(IPv6Type, n.ToGood6(address(n))));

    private static Lie To4(string what, string reason, Func<Neighbours, IPAddress> address) =>
        new("to IPv4 " + what, reason, n => n.FromBad(IPv4Type, Packet(n.Bad.IPv4, address(n))));

    private static Lie To6(string what, string reason, Func<Neighbours, IPAddress> address) =>
        new("to IPv6 " + what, reason, n => n.FromBad(IPv6Type, Packet(n.Bad.IPv6, address(n))));

    /// <summary>RFC 4291, 2.5.5.1.</summary>
    private static IPAddress Compatible(IPAddress ipv4) => new([.. new byte[12], .. ipv4.GetAddressBytes()]);

    private static IPAddress LastOf(IPAddress ofRange) => new([.. ofRange.GetAddressBytes()[..3], 255]);
}
