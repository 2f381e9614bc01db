using System.Net;
using System.Net.NetworkInformation;
using Ciliate.Testing;
using Xunit;

namespace Ciliate.EndToEnd.Tests.Frames;

/// <summary>Everything a container can say in another's name, as real frames through a veth. Each is dropped, for the reason that
/// <c>ciliate observe</c> shows, and nothing of it arrives at the neighbour it is aimed at.</summary>
public sealed class SpoofingMatrixTests : IClassFixture<HostileContainerTests.Neighbours>, IDisposable
{
    private const byte Icmp = 1, Udp = 17, IcmpV6 = 58, Routing = 43, Fragment = 44, HopByHop = 0, DestinationOptions = 60;
    private static readonly IPAddress Stranger4 = IPAddress.Parse("203.0.113.9"), Stranger6 = IPAddress.Parse("2001:db8::9");
    private static readonly IPAddress AllNodes = IPAddress.Parse("ff02::1"), AllRouters = IPAddress.Parse("ff02::2");
    private static readonly PhysicalAddress EveryMac = new([255, 255, 255, 255, 255, 255]), AllNodesMac = new([0x33, 0x33, 0, 0, 0, 1]);
    private readonly HostileContainerTests.Neighbours _n;
    private readonly FrameListener _victim;

    public SpoofingMatrixTests(HostileContainerTests.Neighbours neighbours)
    {
        _n = neighbours;
        _victim = new FrameListener(neighbours.Good.Network);
    }

    private static Dictionary<string, (string Reason, Func<HostileContainerTests.Neighbours, byte[]> Build)> Cases { get; } = new()
    {
        // Who it says it is on the link.
        ["MAC of a stranger, IPv4"] = ("spoofed mac", n => Frame.Ethernet(n.Gateway, n.Stranger, Frame.IPv4Type, To4(n, n.Bad.IPv4))),
        ["MAC of a stranger, IPv6"] = ("spoofed mac", n => Frame.Ethernet(n.Gateway, n.Stranger, Frame.IPv6Type, To6(n, n.Bad.IPv6))),
        ["MAC of the gateway, IPv4"] = ("spoofed mac", n => Frame.Ethernet(n.Gateway, n.Gateway, Frame.IPv4Type, To4(n, n.Bad.IPv4))),
        ["MAC of the gateway, IPv6"] = ("spoofed mac", n => Frame.Ethernet(n.Gateway, n.Gateway, Frame.IPv6Type, To6(n, n.Bad.IPv6))),
        ["MAC of the victim, ARP"] = ("spoofed mac", n => Frame.Ethernet(EveryMac, MacOf(n.Good), 0x0806, Frame.ArpRequest(MacOf(n.Good), n.Good.IPv4, n.GatewayIPv4))),
        ["to the victim's MAC, IPv4"] = ("foreign destination mac", n => Frame.Ethernet(MacOf(n.Good), n.Own, Frame.IPv4Type, To4(n, n.Bad.IPv4))),
        ["to the victim's MAC, IPv6"] = ("foreign destination mac", n => Frame.Ethernet(MacOf(n.Good), n.Own, Frame.IPv6Type, To6(n, n.Bad.IPv6))),
        ["to one in a frame for all, IPv4"] = ("foreign destination mac", n => Frame.Ethernet(EveryMac, n.Own, Frame.IPv4Type, To4(n, n.Bad.IPv4))),
        ["to one in a frame for many, IPv6"] = ("foreign destination mac", n => Frame.Ethernet(AllNodesMac, n.Own, Frame.IPv6Type, To6(n, n.Bad.IPv6))),
        ["802.1Q"] = ("vlan tag", n => n.FromBad(0x8100, [0, 5, 8, 0, .. To4(n, n.Bad.IPv4)])),
        ["802.1Q, IPv6"] = ("vlan tag", n => n.FromBad(0x8100, [0, 5, 0x86, 0xdd, .. To6(n, n.Bad.IPv6)])),
        ["802.1ad"] = ("vlan tag", n => n.FromBad(0x88a8, [0, 5, 8, 0, .. To4(n, n.Bad.IPv4)])),
        ["two tags"] = ("vlan tag", n => n.FromBad(0x88a8, [0, 5, 0x81, 0, 0, 6, 8, 0, .. To4(n, n.Bad.IPv4)])),
        ["priority tag"] = ("vlan tag", n => n.FromBad(0x8100, [0xe0, 0, 8, 0, .. To4(n, n.Bad.IPv4)])),
        // Who it says it is in the packet.
        ["IPv4 of the neighbour"] = ("spoofed address", n => n.FromBad(Frame.IPv4Type, To4(n, n.Peer.IPv4))),
        ["IPv6 of the neighbour"] = ("spoofed address", n => n.FromBad(Frame.IPv6Type, To6(n, n.Peer.IPv6))),
        ["IPv4 of the gateway"] = ("spoofed address", n => n.FromBad(Frame.IPv4Type, To4(n, n.GatewayIPv4))),
        ["IPv6 of the gateway"] = ("spoofed address", n => n.FromBad(Frame.IPv6Type, To6(n, n.Host.Address(OneHost.Family.IPv6)))),
        ["IPv4 of a stranger"] = ("spoofed address", n => n.FromBad(Frame.IPv4Type, To4(n, Stranger4))),
        ["IPv6 of a stranger"] = ("spoofed address", n => n.FromBad(Frame.IPv6Type, To6(n, Stranger6))),
        ["IPv6 link-local of a neighbour"] = ("spoofed address", n => n.FromBad(Frame.IPv6Type, To6(n, IPAddress.Parse("fe80::99")))),
        ["IPv4 of the victim, to the victim"] = ("spoofed address", n => n.FromBad(Frame.IPv4Type, To4(n, n.Good.IPv4))),
        ["IPv6 of the victim, to the victim"] = ("spoofed address", n => n.FromBad(Frame.IPv6Type, To6(n, n.Good.IPv6))),
        ["IPv4 loopback"] = ("invalid address", n => n.FromBad(Frame.IPv4Type, To4(n, IPAddress.Loopback))),
        ["IPv4 unspecified"] = ("invalid address", n => n.FromBad(Frame.IPv4Type, To4(n, IPAddress.Any))),
        ["IPv4 multicast as source"] = ("invalid address", n => n.FromBad(Frame.IPv4Type, To4(n, IPAddress.Parse("224.0.0.5")))),
        ["IPv6 loopback"] = ("spoofed address", n => n.FromBad(Frame.IPv6Type, To6(n, IPAddress.IPv6Loopback))),
        ["IPv4-mapped"] = ("invalid address", n => n.FromBad(Frame.IPv6Type, To6(n, n.Peer.IPv4.MapToIPv6()))),
        // ARP and neighbour discovery.
        ["ARP request in the neighbour's name"] = ("arp spoofed", n => n.FromBad(0x0806, Frame.ArpRequest(n.Own, n.Peer.IPv4, n.GatewayIPv4))),
        ["ARP announcement of the neighbour's address"] = ("arp spoofed", n => Frame.Ethernet(EveryMac, n.Own, 0x0806, Frame.ArpRequest(n.Own, n.Peer.IPv4, n.Peer.IPv4))),
        ["ARP announcement of the gateway's address"] = ("arp spoofed", n => Frame.Ethernet(EveryMac, n.Own, 0x0806, Frame.ArpRequest(n.Own, n.GatewayIPv4, n.GatewayIPv4))),
        ["ARP with another's MAC inside"] = ("arp spoofed", n => n.FromBad(0x0806, Frame.ArpRequest(n.Stranger, n.Bad.IPv4, n.GatewayIPv4))),
        ["ARP reply in the gateway's name"] = ("arp spoofed", n => Frame.Ethernet(EveryMac, n.Own, 0x0806, Reply(Frame.ArpRequest(n.Own, n.GatewayIPv4, n.Good.IPv4)))),
        ["ARP reply that nobody asked for"] = ("unsolicited reply", n => n.FromBad(0x0806, Reply(Frame.ArpRequest(n.Own, n.Bad.IPv4, n.Good.IPv4)))),
        ["ARP for the victim"] = ("arp foreign target", n => Frame.Ethernet(EveryMac, n.Own, 0x0806, Frame.ArpRequest(n.Own, n.Bad.IPv4, n.Good.IPv4))),
        ["neighbour solicitation of the victim"] = ("ndisc foreign target", n => Ndisc(n, n.Bad.IPv6, [135, 0, 0, 0, 0, 0, 0, 0, .. n.Good.IPv6.GetAddressBytes()])),
        ["neighbour solicitation in the neighbour's name"] = ("spoofed address", n => Ndisc(n, n.Peer.IPv6, [135, 0, 0, 0, 0, 0, 0, 0, .. n.Host.Address(OneHost.Family.IPv6).GetAddressBytes()])),
        ["neighbour solicitation with another's MAC"] = ("ndisc spoofed", n => Ndisc(n, n.Bad.IPv6, [135, 0, 0, 0, 0, 0, 0, 0, .. n.Host.Address(OneHost.Family.IPv6).GetAddressBytes(), 1, 1, .. n.Stranger.GetAddressBytes()])),
        ["neighbour advertisement of the neighbour's address"] = ("ndisc spoofed", n => Ndisc(n, n.Bad.IPv6, [136, 0, 0, 0, 0x20, 0, 0, 0, .. n.Peer.IPv6.GetAddressBytes(), 2, 1, .. n.Own.GetAddressBytes()])),
        ["neighbour advertisement of the gateway's address"] = ("ndisc spoofed", n => Ndisc(n, n.Bad.IPv6, [136, 0, 0, 0, 0x20, 0, 0, 0, .. n.Host.Address(OneHost.Family.IPv6).GetAddressBytes()])),
        ["neighbour advertisement as a router"] = ("ndisc forbidden", n => Ndisc(n, n.Bad.IPv6, [136, 0, 0, 0, 0xa0, 0, 0, 0, .. n.Bad.IPv6.GetAddressBytes()])),
        ["router advertisement"] = ("ndisc forbidden", n => Ndisc(n, IPAddress.Parse("fe80::1"), [134, 0, 0, 0, 64, 0, 7, 8, .. new byte[8]])),
        ["router solicitation in the neighbour's name"] = ("spoofed address", n => Ndisc(n, n.Peer.IPv6, [133, .. new byte[7]])),
        // Redirects, routes and addresses that are not the container's to give.
        ["ICMP redirect"] = ("icmp redirect", n => n.FromBad(Frame.IPv4Type, Frame.IPv4(n.Bad.IPv4, n.Good.IPv4, Icmp, [5, 1, 0, 0, .. n.Bad.IPv4.GetAddressBytes(), .. Frame.Packet(n.Good.IPv4, n.Peer.IPv4)]))),
        ["ICMPv6 redirect"] = ("icmp redirect", n => n.FromBad(Frame.IPv6Type, Frame.IPv6(n.Bad.IPv6, n.Good.IPv6, IcmpV6, [137, .. new byte[39]]))),
        ["ICMP error about no flow"] = ("icmp error unrelated", n => n.FromBad(Frame.IPv4Type, Frame.IPv4(n.Bad.IPv4, n.Good.IPv4, Icmp, [3, 3, 0, 0, 0, 0, 0, 0, .. Frame.Packet(n.Good.IPv4, n.Peer.IPv4)]))),
        ["ICMPv6 error about no flow"] = ("icmp error unrelated", n => n.FromBad(Frame.IPv6Type, Frame.IPv6(n.Bad.IPv6, n.Good.IPv6, IcmpV6, [1, 4, 0, 0, 0, 0, 0, 0, .. Frame.Packet(n.Good.IPv6, n.Peer.IPv6)]))),
        ["echo reply that nobody asked for, IPv4"] = ("unsolicited reply", n => n.FromBad(Frame.IPv4Type, Frame.IPv4(n.Bad.IPv4, n.Good.IPv4, Icmp, 0, 0, 0, 0, 0, 9, 0, 1))),
        ["echo reply that nobody asked for, IPv6"] = ("unsolicited reply", n => n.FromBad(Frame.IPv6Type, Frame.IPv6(n.Bad.IPv6, n.Good.IPv6, IcmpV6, 129, 0, 0, 0, 0, 9, 0, 1))),
        ["IPv4 loose source route"] = ("source route", n => n.FromBad(Frame.IPv4Type, WithOptions(To4(n, n.Bad.IPv4), 131, 7, 4, 1, 2, 3, 4, 0))),
        ["IPv4 strict source route"] = ("source route", n => n.FromBad(Frame.IPv4Type, WithOptions(To4(n, n.Bad.IPv4), 137, 7, 4, 1, 2, 3, 4, 0))),
        ["IPv6 source route"] = ("routing header", n => n.FromBad(Frame.IPv6Type, Frame.IPv6(n.Bad.IPv6, n.Good.IPv6, Routing, Udp, 0, 0, 1, 0, 0, 0, 0))),
        ["IPv6 hop-by-hop options out of place"] = ("malformed", n => n.FromBad(Frame.IPv6Type, Frame.IPv6(n.Bad.IPv6, n.Good.IPv6, DestinationOptions, HopByHop, 0, 1, 4, 0, 0, 0, 0, Udp, 0, 1, 4, 0, 0, 0, 0))),
        ["DHCP answer"] = ("dhcp server", n => n.FromBad(Frame.IPv4Type, Frame.IPv4(n.Bad.IPv4, n.Good.IPv4, Udp, 0, 67, 0, 68, 0, 8, 0, 0))),
        ["DHCP answer to all"] = ("dhcp server", n => Frame.Ethernet(EveryMac, n.Own, Frame.IPv4Type, Frame.IPv4(n.Bad.IPv4, IPAddress.Broadcast, Udp, 0, 67, 0, 68, 0, 8, 0, 0))),
        ["DHCPv6 answer"] = ("dhcp server", n => n.FromBad(Frame.IPv6Type, Frame.IPv6(n.Bad.IPv6, n.Good.IPv6, Udp, 2, 0x23, 2, 0x22, 0, 8, 0, 0))),
        ["to all, IPv4"] = ("broadcast", n => Frame.Ethernet(EveryMac, n.Own, Frame.IPv4Type, Frame.Packet(n.Bad.IPv4, IPAddress.Broadcast))),
        ["to many, IPv4"] = ("multicast", n => n.FromBad(Frame.IPv4Type, Frame.Packet(n.Bad.IPv4, IPAddress.Parse("224.0.0.251")))),
        ["to many, IPv6"] = ("multicast", n => Frame.Ethernet(AllNodesMac, n.Own, Frame.IPv6Type, Frame.Packet(n.Bad.IPv6, AllNodes))),
        // Pieces.
        ["later fragment without its first, IPv4"] = ("fragment unknown", n => n.FromBad(Frame.IPv4Type, WithFragmentField(To4(n, n.Bad.IPv4), 0x0008))),
        ["later fragment without its first, IPv6"] = ("fragment unknown", n => n.FromBad(Frame.IPv6Type, Frame.IPv6(n.Bad.IPv6, n.Good.IPv6, Fragment, Udp, 0, 0, 64, 0, 0, 0, 1, 1, 2, 3, 4))),
        ["first fragment without its ports, IPv4"] = ("fragment", n => n.FromBad(Frame.IPv4Type, WithFragmentField(Frame.IPv4(n.Bad.IPv4, n.Good.IPv4, 6, new byte[8]), 0x2000))),
        ["first fragment without its ports, IPv6"] = ("fragment", n => n.FromBad(Frame.IPv6Type, Frame.IPv6(n.Bad.IPv6, n.Good.IPv6, Fragment, [6, 0, 0, 1, 0, 0, 0, 1, .. new byte[8]]))),
    };

    /// <summary>Name and reason of each case.</summary>
    public static TheoryData<string, string> Lies { get; } = new(Cases.Select(one => (one.Key, one.Value.Reason)));

    [Theory]
    [MemberData(nameof(Lies))]
    public void It_is_dropped_for_its_reason_and_does_not_arrive(string name, string reason)
    {
        _victim.Take();
        int before = Told(reason);

        _n.Sender.Send(Cases[name].Build(_n));

        Eventually.Holds(() => Told(reason) > before, $"'{reason}' is told as a drop of the hostile container");
        Assert.Empty(_victim.Take());
    }

    public void Dispose() => _victim.Dispose();

    private int Told(string reason) => _n.Host.Ciliate.Observe("--verdict", "dropped")
        .Count(flow => flow.Reason == reason && flow.Json.GetProperty("source").GetProperty("ID").GetInt32() == _n.Bad.Id);

    private static byte[] To4(HostileContainerTests.Neighbours n, IPAddress from) => Frame.Packet(from, n.Good.IPv4);

    private static byte[] To6(HostileContainerTests.Neighbours n, IPAddress from) => Frame.Packet(from, n.Good.IPv6);

    private static PhysicalAddress MacOf(OneHost.Container container) => container.Network.Route.GetLink("eth0").Mac;

    private static byte[] Ndisc(HostileContainerTests.Neighbours n, IPAddress from, byte[] message)
    {
        byte[] packet = Frame.IPv6(from, message[0] == 133 ? AllRouters : AllNodes, IcmpV6, message);
        packet[7] = 255;
        return Frame.Ethernet(AllNodesMac, n.Own, Frame.IPv6Type, packet);
    }

    private static byte[] Reply(byte[] arp)
    {
        arp[7] = 2;
        return arp;
    }

    private static byte[] WithOptions(byte[] packet, params byte[] options)
    {
        byte[] changed = [.. packet[..Frame.IPv4Length], .. options, .. packet[Frame.IPv4Length..]];
        changed[0] = (byte)(0x45 + (options.Length / 4));
        changed[3] = (byte)changed.Length;
        return changed;
    }

    private static byte[] WithFragmentField(byte[] packet, ushort field)
    {
        (packet[6], packet[7]) = ((byte)(field >> 8), (byte)field);
        return Frame.WithChecksum(packet);
    }
}
