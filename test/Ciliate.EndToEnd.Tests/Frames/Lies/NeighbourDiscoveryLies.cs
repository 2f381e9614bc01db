using System.Net;
using static Ciliate.EndToEnd.Tests.Frames.Frame;
using static Ciliate.EndToEnd.Tests.Frames.HostileContainerTests;

namespace Ciliate.EndToEnd.Tests.Frames.Lies;

/// <summary>Neighbour discovery in the name of others, about others, or as a router (RFC 4861); and listener reports of others.</summary>
internal static class NeighbourDiscoveryLies
{
    private const byte RouterSolicitation = 133, RouterAdvertisement = 134, Solicitation = 135, Advertisement = 136, Redirect = 137;
    private const byte ListenerReport = 143, ListenerQuery = 130;
    private const byte SourceOption = 1, TargetOption = 2;
    private const string Spoofed = "ndisc spoofed", Foreign = "ndisc foreign target", Forbidden = "ndisc forbidden", Address = "spoofed address";
    private static readonly IPAddress OtherRouter = IPAddress.Parse("fe80::1");

    public static IReadOnlyList<Lie> All { get; } =
    [
        new("solicitation of the victim", Foreign, n => Say(n, n.Bad.IPv6, Solicit(n.Good.IPv6))),
        new("duplicate address detection of the victim's address", Foreign, n => Say(n, IPAddress.IPv6Any, Solicit(n.Good.IPv6))),
        new("solicitation in the neighbour's name", Address, n => Say(n, n.Peer.IPv6, Solicit(n.GatewayIPv6))),
        new("solicitation in nobody's name", Address, n => Say(n, IPAddress.IPv6Any, Solicit(n.GatewayIPv6))),
        new("solicitation with a stranger's MAC", Spoofed, n => Say(n, n.Bad.IPv6, [.. Solicit(n.GatewayIPv6), SourceOption, 1, .. n.Stranger.GetAddressBytes()])),
        new("solicitation with the neighbour's MAC", Spoofed, n => Say(n, n.Bad.IPv6, [.. Solicit(n.GatewayIPv6), SourceOption, 1, .. n.PeerMac.GetAddressBytes()])),
        new("advertisement of the neighbour's address", Spoofed, n => Say(n, n.Bad.IPv6, [.. Advertise(n.Peer.IPv6), TargetOption, 1, .. n.Own.GetAddressBytes()])),
        new("advertisement of the gateway's address", Spoofed, n => Say(n, n.Bad.IPv6, Advertise(n.GatewayIPv6))),
        new("advertisement of its own address at the neighbour's MAC", Spoofed, n => Say(n, n.Bad.IPv6, [.. Advertise(n.Bad.IPv6), TargetOption, 1, .. n.PeerMac.GetAddressBytes()])),
        new("advertisement in the gateway's name", Address, n => Say(n, n.GatewayIPv6, Advertise(n.GatewayIPv6))),
        new("advertisement as a router", Forbidden, n => Say(n, n.Bad.IPv6, Advertise(n.Bad.IPv6, flags: 0xa0))),
        new("router advertisement", Forbidden, n => Say(n, OtherRouter, Route())),
        new("router advertisement with a prefix", Forbidden, n => Say(n, OtherRouter, [.. Route(), 3, 4, 64, 0xc0, .. new byte[12], .. n.Good.IPv6.GetAddressBytes()])),
        new("router advertisement with a name server", Forbidden, n => Say(n, n.GatewayIPv6, [.. Route(), 25, 3, 0, 0, 0, 0, 1, 0, .. n.Bad.IPv6.GetAddressBytes()])),
        new("router advertisement with a MAC", Forbidden, n => Say(n, OtherRouter, [.. Route(), SourceOption, 1, .. n.Own.GetAddressBytes()])),
        new("router solicitation in the neighbour's name", Address, n => Say(n, n.Peer.IPv6, [RouterSolicitation, .. new byte[7]])),
        new("router solicitation with the neighbour's MAC", Spoofed, n => Say(n, n.Bad.IPv6, [RouterSolicitation, .. new byte[7], SourceOption, 1, .. n.PeerMac.GetAddressBytes()])),
        new("redirect of the victim", "icmp redirect", n => Say(n, OtherRouter, Turn(n))),
        new("redirect with a MAC", "icmp redirect", n => Say(n, n.GatewayIPv6, [.. Turn(n), TargetOption, 1, .. n.Own.GetAddressBytes()])),
        new("advertisement from far away", "ndisc malformed", n => Say(n, n.Bad.IPv6, Advertise(n.Bad.IPv6), hops: 64)),
        new("solicitation with an option of no length", "ndisc malformed", n => Say(n, n.Bad.IPv6, [.. Solicit(n.GatewayIPv6), SourceOption, 0, .. n.Own.GetAddressBytes()])),
        new("listener report in the neighbour's name", Address, n => Say(n, n.Peer.IPv6, [ListenerReport, .. new byte[7]])),
        new("listener query", "multicast", n => Say(n, n.Bad.IPv6, [ListenerQuery, .. new byte[23]])),
    ];

    private static byte[] Solicit(IPAddress target) => [Solicitation, 0, 0, 0, 0, 0, 0, 0, .. target.GetAddressBytes()];

    /// <param name="flags">Override only.</param>
    private static byte[] Advertise(IPAddress target, byte flags = 0x20) => [Advertisement, 0, 0, 0, flags, 0, 0, 0, .. target.GetAddressBytes()];

    private static byte[] Route() => [RouterAdvertisement, 0, 0, 0, 64, 0, 7, 8, .. new byte[8]];

    /// <summary>What is for the peer shall go to the hostile container.</summary>
    private static byte[] Turn(Neighbours n) => [Redirect, .. new byte[7], .. n.Bad.IPv6.GetAddressBytes(), .. n.Peer.IPv6.GetAddressBytes()];

    private static byte[] Say(Neighbours n, IPAddress from, byte[] message, byte hops = 255)
    {
        byte[] packet = IPv6(from, AllNodes, IcmpV6Protocol, WithIcmpV6Checksum(from, AllNodes, message));
        packet[7] = hops;
        return Ethernet(AllNodesMac, n.Own, IPv6Type, packet);
    }
}
