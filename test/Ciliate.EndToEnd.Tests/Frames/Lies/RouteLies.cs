using static Ciliate.EndToEnd.Tests.Frames.Frame;

namespace Ciliate.EndToEnd.Tests.Frames.Lies;

/// <summary>Ways that the sender chooses, headers that hide others, and pieces that nobody can judge.</summary>
internal static class RouteLies
{
    private const byte HopByHop = 0, Routing = 43, Fragment = 44, DestinationOptions = 60;
    private const string Source = "source route", Header = "routing header";

    public static IReadOnlyList<Lie> All { get; } =
    [
        new("IPv4 loose source route", Source, n => n.FromBad(IPv4Type, WithOptions(n.ToGood4(n.Bad.IPv4), [131, 7, 4, .. n.Peer.IPv4.GetAddressBytes(), 0]))),
        new("IPv4 strict source route", Source, n => n.FromBad(IPv4Type, WithOptions(n.ToGood4(n.Bad.IPv4), [137, 7, 4, .. n.Peer.IPv4.GetAddressBytes(), 0]))),
        new("IPv4 source route behind other options", Source, n => n.FromBad(IPv4Type, WithOptions(n.ToGood4(n.Bad.IPv4), [1, 148, 4, 0, 0, 131, 3, 4]))),
        new("IPv4 option that goes beyond the header", "malformed", n => n.FromBad(IPv4Type, WithOptions(n.ToGood4(n.Bad.IPv4), 7, 9, 4, 0))),
        Routed("of type 0", type: 0, left: 1),
        Routed("of type 0 with nothing left", type: 0, left: 0),
        Routed("of type 2, mobility", type: 2, left: 1),
        Routed("of type 3, RPL", type: 3, left: 1),
        Routed("of type 4, segments", type: 4, left: 1),
        new("IPv6 source route behind options", Header, n => n.FromBad(IPv6Type, IPv6(n.Bad.IPv6, n.Good.IPv6, DestinationOptions, [Routing, 0, 1, 4, 0, 0, 0, 0, UdpProtocol, 0, 0, 1, 0, 0, 0, 0]))),
        new("IPv6 hop-by-hop options out of place", "malformed", n => n.FromBad(IPv6Type, IPv6(n.Bad.IPv6, n.Good.IPv6, DestinationOptions, [HopByHop, 0, 1, 4, 0, 0, 0, 0, UdpProtocol, 0, 1, 4, 0, 0, 0, 0]))),
        new("IPv6 with more headers than anybody needs", "too many extension headers", n => n.FromBad(IPv6Type, IPv6(n.Bad.IPv6, n.Good.IPv6, DestinationOptions, [.. Enumerable.Repeat<byte[]>([DestinationOptions, 0, 1, 4, 0, 0, 0, 0], 12).SelectMany(header => header)]))),
        new("later fragment without its first, IPv4", "fragment unknown", n => n.FromBad(IPv4Type, WithFragmentField(n.ToGood4(n.Bad.IPv4), 0x0008))),
        new("later fragment without its first, IPv6", "fragment unknown", n => n.FromBad(IPv6Type, IPv6(n.Bad.IPv6, n.Good.IPv6, Fragment, [UdpProtocol, 0, 0, 64, 0, 0, 0, 1, 1, 2, 3, 4]))),
        new("first fragment without its ports, IPv4", "fragment", n => n.FromBad(IPv4Type, WithFragmentField(IPv4(n.Bad.IPv4, n.Good.IPv4, TcpProtocol, new byte[8]), 0x2000))),
        new("first fragment without its ports, IPv6", "fragment", n => n.FromBad(IPv6Type, IPv6(n.Bad.IPv6, n.Good.IPv6, Fragment, [TcpProtocol, 0, 0, 1, 0, 0, 0, 1, .. new byte[8]]))),
    ];

    /// <summary>A routing header by way of the neighbour (RFC 8200, 4.4).</summary>
    private static Lie Routed(string what, byte type, byte left) => new(
        "IPv6 routing header " + what, Header,
        n => n.FromBad(IPv6Type, IPv6(n.Bad.IPv6, n.Good.IPv6, Routing, [UdpProtocol, 2, type, left, 0, 0, 0, 0, .. n.Peer.IPv6.GetAddressBytes(), .. Datagram(9)])));
}
