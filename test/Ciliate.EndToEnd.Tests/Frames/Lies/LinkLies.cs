using System.Net.NetworkInformation;
using static Ciliate.EndToEnd.Tests.Frames.Frame;

namespace Ciliate.EndToEnd.Tests.Frames.Lies;

/// <summary>Who it says it is on the link, whom it speaks to there, and tags that would lead into another network.</summary>
internal static class LinkLies
{
    private const ushort Vlan = 0x8100, ServiceVlan = 0x88a8, OldServiceVlan = 0x9100;
    private static readonly PhysicalAddress Bridges = new([0x01, 0x80, 0xc2, 0, 0, 0]);

    public static IReadOnlyList<Lie> All { get; } = [.. Senders(), .. Receivers(), .. Tags(), .. OtherTypes()];

    private static IEnumerable<Lie> Senders()
    {
        const string reason = "spoofed mac";
        yield return new("MAC of a stranger, IPv4", reason, n => Ethernet(n.Gateway, n.Stranger, IPv4Type, n.ToGood4(n.Bad.IPv4)));
        yield return new("MAC of a stranger, IPv6", reason, n => Ethernet(n.Gateway, n.Stranger, IPv6Type, n.ToGood6(n.Bad.IPv6)));
        yield return new("MAC of the gateway, IPv4", reason, n => Ethernet(n.Gateway, n.Gateway, IPv4Type, n.ToGood4(n.Bad.IPv4)));
        yield return new("MAC of the gateway, IPv6", reason, n => Ethernet(n.Gateway, n.Gateway, IPv6Type, n.ToGood6(n.Bad.IPv6)));
        yield return new("MAC and IPv4 of the neighbour", reason, n => Ethernet(n.Gateway, n.PeerMac, IPv4Type, n.ToGood4(n.Peer.IPv4)));
        yield return new("MAC and IPv6 of the neighbour", reason, n => Ethernet(n.Gateway, n.PeerMac, IPv6Type, n.ToGood6(n.Peer.IPv6)));
        yield return new("MAC of a group", reason, n => Ethernet(n.Gateway, AllNodesMac, IPv6Type, n.ToGood6(n.Bad.IPv6)));
        yield return new("no MAC", reason, n => Ethernet(n.Gateway, new PhysicalAddress(new byte[6]), IPv4Type, n.ToGood4(n.Bad.IPv4)));
        yield return new("MAC of the victim, ARP", reason, n => Ethernet(EveryMac, n.GoodMac, ArpType, ArpRequest(n.GoodMac, n.Good.IPv4, n.GatewayIPv4)));
    }

    private static IEnumerable<Lie> Receivers()
    {
        const string reason = "foreign destination mac";
        yield return new("to the victim's MAC, IPv4", reason, n => Ethernet(n.GoodMac, n.Own, IPv4Type, n.ToGood4(n.Bad.IPv4)));
        yield return new("to the victim's MAC, IPv6", reason, n => Ethernet(n.GoodMac, n.Own, IPv6Type, n.ToGood6(n.Bad.IPv6)));
        yield return new("to one in a frame for all, IPv4", reason, n => Ethernet(EveryMac, n.Own, IPv4Type, n.ToGood4(n.Bad.IPv4)));
        yield return new("to one in a frame for many, IPv6", reason, n => Ethernet(AllNodesMac, n.Own, IPv6Type, n.ToGood6(n.Bad.IPv6)));
    }

    /// <summary>The kernel moves the outer tag into the metadata before the hook; the inner one, and one of a type that it does not
    /// know, stay in the frame.</summary>
    private static IEnumerable<Lie> Tags()
    {
        const string reason = "vlan tag";
        yield return new("802.1Q", reason, n => n.FromBad(Vlan, [0, 5, 8, 0, .. n.ToGood4(n.Bad.IPv4)]));
        yield return new("802.1Q, IPv6", reason, n => n.FromBad(Vlan, [0, 5, 0x86, 0xdd, .. n.ToGood6(n.Bad.IPv6)]));
        yield return new("802.1Q, ARP", reason, n => n.FromBad(Vlan, [0, 5, 8, 6, .. ArpRequest(n.Own, n.Bad.IPv4, n.GatewayIPv4)]));
        yield return new("802.1ad", reason, n => n.FromBad(ServiceVlan, [0, 5, 8, 0, .. n.ToGood4(n.Bad.IPv4)]));
        yield return new("802.1ad, IPv6", reason, n => n.FromBad(ServiceVlan, [0, 5, 0x86, 0xdd, .. n.ToGood6(n.Bad.IPv6)]));
        yield return new("802.1Q in 802.1ad", reason, n => n.FromBad(ServiceVlan, [0, 5, 0x81, 0, 0, 6, 8, 0, .. n.ToGood4(n.Bad.IPv4)]));
        yield return new("802.1Q in 802.1Q, IPv6", reason, n => n.FromBad(Vlan, [0, 5, 0x81, 0, 0, 6, 0x86, 0xdd, .. n.ToGood6(n.Bad.IPv6)]));
        yield return new("a tag that stays in the frame", reason, n => n.FromBad(OldServiceVlan, [0, 5, 8, 0, .. n.ToGood4(n.Bad.IPv4)]));
        yield return new("priority tag", reason, n => n.FromBad(Vlan, [0xe0, 0, 8, 0, .. n.ToGood4(n.Bad.IPv4)]));
        yield return new("priority tag, IPv6", reason, n => n.FromBad(Vlan, [0xe0, 0, 0x86, 0xdd, .. n.ToGood6(n.Bad.IPv6)]));
    }

    private static IEnumerable<Lie> OtherTypes()
    {
        const string reason = "unsupported ethertype";
        yield return new("reverse ARP", reason, n => Ethernet(EveryMac, n.Own, 0x8035, ArpRequest(n.Own, n.Good.IPv4, n.Good.IPv4)));
        yield return new("MPLS around IPv4", reason, n => n.FromBad(0x8847, [0, 1, 1, 64, .. n.ToGood4(n.Bad.IPv4)]));
        yield return new("PPPoE discovery", reason, n => Ethernet(EveryMac, n.Own, 0x8863, new byte[64]));
        yield return new("spanning tree", reason, n => Ethernet(Bridges, n.Own, 38, [0x42, 0x42, 3, .. new byte[35]]));
    }
}
