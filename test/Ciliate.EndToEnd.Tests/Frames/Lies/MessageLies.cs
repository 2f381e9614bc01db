using System.Net;
using static Ciliate.EndToEnd.Tests.Frames.Frame;
using static Ciliate.EndToEnd.Tests.Frames.HostileContainerTests;

namespace Ciliate.EndToEnd.Tests.Frames.Lies;

/// <summary>Messages that a container has no right to send: errors about packets that it never got, routes, answers that nobody asked for.</summary>
internal static class MessageLies
{
    private const string Unrelated = "icmp error unrelated", Redirect = "icmp redirect", Unsolicited = "unsolicited reply", Dhcp = "dhcp server";

    public static IReadOnlyList<Lie> All { get; } = [.. Errors(), .. Others()];

    /// <summary>The peer and the victim talk with each other all the time: their flow lives, and is none of the hostile container's.</summary>
    private static IEnumerable<Lie> Errors()
    {
        yield return Error4("about no flow", 3, 3, n => Packet(n.Good.IPv4, n.Peer.IPv4));
        yield return Error6("about no flow", 1, 4, n => Packet(n.Good.IPv6, n.Peer.IPv6));
        yield return Error4("about the neighbours' flow", 3, 3, n => n.TalkOfGood(n.Good.IPv4, n.Peer.IPv4));
        yield return Error6("about the neighbours' flow", 1, 4, n => n.TalkOfGood(n.Good.IPv6, n.Peer.IPv6));
        yield return Error4("of a smaller link on the neighbours' way", 3, 4, n => n.TalkOfGood(n.Good.IPv4, n.Peer.IPv4));
        yield return Error6("of a smaller link on the neighbours' way", 2, 0, n => n.TalkOfGood(n.Good.IPv6, n.Peer.IPv6));
        yield return Error4("about a packet that the victim never sent", 3, 1, n => Packet(n.Good.IPv4, n.Bad.IPv4));
        yield return Error6("about a packet that the victim never sent", 1, 3, n => Packet(n.Good.IPv6, n.Bad.IPv6));
        yield return Error4("about a packet of another than it goes to", 11, 0, n => n.TalkOfGood(n.Peer.IPv4, n.Good.IPv4));
        yield return Error6("about a packet of another than it goes to", 3, 0, n => n.TalkOfGood(n.Peer.IPv6, n.Good.IPv6));
        yield return Error4("about an error", 3, 3, n => IPv4(n.Good.IPv4, n.Bad.IPv4, IcmpProtocol, [3, 3, 0, 0, 0, 0, 0, 0]));
        yield return Error6("about an error", 1, 4, n => IPv6(n.Good.IPv6, n.Bad.IPv6, IcmpV6Protocol, [1, 4, 0, 0, 0, 0, 0, 0]));
        yield return new("ICMP error in the gateway's name", "spoofed address", n => n.FromBad(IPv4Type, IPv4(n.GatewayIPv4, n.Good.IPv4, IcmpProtocol, Tell(3, 3, n.TalkOfGood(n.Good.IPv4, n.Peer.IPv4)))));
        yield return new("ICMPv6 error in the gateway's name", "spoofed address", n => n.FromBad(IPv6Type, IPv6(n.GatewayIPv6, n.Good.IPv6, IcmpV6Protocol, Tell(1, 4, n.TalkOfGood(n.Good.IPv6, n.Peer.IPv6)))));
    }

    private static IEnumerable<Lie> Others()
    {
        yield return new("ICMP redirect of the victim", Redirect, n => n.FromBad(IPv4Type, IPv4(n.Bad.IPv4, n.Good.IPv4, IcmpProtocol, [5, 1, 0, 0, .. n.Bad.IPv4.GetAddressBytes(), .. Packet(n.Good.IPv4, n.Peer.IPv4)])));
        yield return new("ICMP redirect in the gateway's name", Redirect, n => n.FromBad(IPv4Type, IPv4(n.GatewayIPv4, n.Good.IPv4, IcmpProtocol, [5, 1, 0, 0, .. n.Bad.IPv4.GetAddressBytes(), .. Packet(n.Good.IPv4, n.Peer.IPv4)])));
        yield return new("ICMPv6 redirect of the victim", Redirect, n => n.FromBad(IPv6Type, IPv6(n.Bad.IPv6, n.Good.IPv6, IcmpV6Protocol, [137, .. new byte[39]])));
        yield return new("echo reply that nobody asked for, IPv4", Unsolicited, n => n.FromBad(IPv4Type, IPv4(n.Bad.IPv4, n.Good.IPv4, IcmpProtocol, 0, 0, 0, 0, 0, 9, 0, 1)));
        yield return new("echo reply that nobody asked for, IPv6", Unsolicited, n => n.FromBad(IPv6Type, IPv6(n.Bad.IPv6, n.Good.IPv6, IcmpV6Protocol, 129, 0, 0, 0, 0, 9, 0, 1)));
        yield return new("DHCP answer", Dhcp, n => n.FromBad(IPv4Type, IPv4(n.Bad.IPv4, n.Good.IPv4, UdpProtocol, 0, 67, 0, 68, 0, 8, 0, 0)));
        yield return new("DHCP answer to all", Dhcp, n => Ethernet(EveryMac, n.Own, IPv4Type, IPv4(n.Bad.IPv4, IPAddress.Broadcast, UdpProtocol, 0, 67, 0, 68, 0, 8, 0, 0)));
        yield return new("DHCP answer in the gateway's name", Dhcp, n => n.FromBad(IPv4Type, IPv4(n.GatewayIPv4, n.Good.IPv4, UdpProtocol, 0, 67, 0, 68, 0, 8, 0, 0)));
        yield return new("DHCPv6 answer", Dhcp, n => n.FromBad(IPv6Type, IPv6(n.Bad.IPv6, n.Good.IPv6, UdpProtocol, 2, 0x23, 2, 0x22, 0, 8, 0, 0)));
        yield return new("DHCPv6 answer in the gateway's name", Dhcp, n => n.FromBad(IPv6Type, IPv6(n.GatewayIPv6, n.Good.IPv6, UdpProtocol, 2, 0x23, 2, 0x22, 0, 8, 0, 0)));
        yield return new("IGMP report", "multicast", n => n.FromBad(IPv4Type, IPv4(n.Bad.IPv4, IPAddress.Parse("224.0.0.22"), 2, [0x22, .. new byte[7]])));
        yield return new("answer to a connection that nobody opened, IPv4", "no flow", n => n.FromBad(IPv4Type, IPv4(n.Bad.IPv4, n.Good.IPv4, TcpProtocol, SynAck)));
        yield return new("answer to a connection that nobody opened, IPv6", "no flow", n => n.FromBad(IPv6Type, IPv6(n.Bad.IPv6, n.Good.IPv6, TcpProtocol, SynAck)));
    }

    private static byte[] SynAck { get; } = [0, 80, 0x30, 0x39, 0, 0, 0, 1, 0, 0, 0, 1, 0x50, 0x12, 0x20, 0, 0, 0, 0, 0];

    private static Lie Error4(string what, byte type, byte code, Func<Neighbours, byte[]> embedded) =>
        new("ICMP error " + what, Unrelated, n => n.FromBad(IPv4Type, IPv4(n.Bad.IPv4, n.Good.IPv4, IcmpProtocol, Tell(type, code, embedded(n)))));

    private static Lie Error6(string what, byte type, byte code, Func<Neighbours, byte[]> embedded) =>
        new("ICMPv6 error " + what, Unrelated, n => n.FromBad(IPv6Type, IPv6(n.Bad.IPv6, n.Good.IPv6, IcmpV6Protocol, Tell(type, code, embedded(n)))));

    private static byte[] Tell(byte type, byte code, byte[] embedded) => [type, code, 0, 0, 0, 0, 5, 0, .. embedded];
}
