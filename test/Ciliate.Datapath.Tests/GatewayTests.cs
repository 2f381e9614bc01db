using System.Net;
using System.Net.NetworkInformation;
using Ciliate.Datapath.Abi;
using Ciliate.Datapath.Tests.Packets;
using Xunit;

namespace Ciliate.Datapath.Tests;

/// <summary>What the gateway answers by itself: ARP, neighbour solicitations, pings.</summary>
public sealed class GatewayTests
{
    [Fact]
    public void The_gateway_is_resolved_by_arp()
    {
        using var rig = new Rig().Enforce();

        var answer = rig.WebSends(Arp.Request(Rig.Web, Rig.Gateway.IPv4)).IsRedirected().TellsNothing();

        Assert.Equal(Arp.Reply(Rig.Gateway, Rig.Web), answer.Data[..42]);
    }

    [Fact]
    public void Nobody_else_is_resolved_by_arp_and_nobody_else_may_ask()
    {
        using var rig = new Rig().Enforce();

        rig.WebSends(Arp.Request(Rig.Web, Rig.Db.IPv4)).IsDropped(DropReason.ArpForeignTarget);
        rig.WebSends(Arp.Request(Rig.Web with { IPv4 = Rig.Db.IPv4 }, Rig.Gateway.IPv4)).IsDropped(DropReason.ArpSpoofed);
        rig.WebSends(Arp.Request(Rig.Web with { Mac = Rig.Db.Mac }, Rig.Gateway.IPv4, frameMac: Rig.Web.Mac)).IsDropped(DropReason.ArpSpoofed);
        rig.WebSends(Arp.Reply(Rig.Web, Rig.Gateway)).IsDropped(DropReason.UnsolicitedReply);
        rig.WebSends(Arp.Reply(Rig.Web with { IPv4 = Rig.Db.IPv4 }, Rig.Gateway)).IsDropped(DropReason.ArpSpoofed);
    }

    [Fact]
    public void The_gateway_is_resolved_by_neighbour_discovery()
    {
        using var rig = new Rig().Enforce();

        var answer = rig.WebSends(Solicitation(Rig.Web.IPv6, Rig.Gateway.IPv6)).IsRedirected().TellsNothing();

        var packet = answer.Packet;
        Assert.Equal((136, (byte)255, (byte)0xe0), (packet.IcmpType, packet.HopLimit, packet.Icmp[4]));
        Assert.Equal((Rig.Gateway.IPv6, Rig.Web.IPv6), (packet.Source, packet.Destination));
        Assert.Equal(Rig.Gateway.IPv6.GetAddressBytes(), packet.Icmp[8..24].ToArray());
        Assert.Equal([2, 1, .. Rig.Gateway.Mac.GetAddressBytes()], packet.Icmp[24..32].ToArray());
        Assert.Equal((Rig.Web.Mac, Rig.Gateway.Mac), (packet.DestinationMac, packet.SourceMac));
        Assert.True(packet.TransportChecksumIsRight);
    }

    [Fact]
    public void A_solicitation_without_the_link_layer_option_is_answered_too()
    {
        using var rig = new Rig().Enforce();

        var answer = rig.WebSends(Solicitation(Rig.Web.LinkLocal, Rig.Gateway.IPv6, option: [])).IsRedirected();

        Assert.True(answer.Packet.TransportChecksumIsRight);
        Assert.Equal([2, 1, .. Rig.Gateway.Mac.GetAddressBytes()], answer.Packet.Icmp[24..32].ToArray());
    }

    [Fact]
    public void Solicitations_that_lie_are_dropped()
    {
        using var rig = new Rig().Enforce();

        rig.WebSends(Solicitation(Rig.Web.IPv6, Rig.Db.IPv6)).IsDropped(DropReason.NdiscForeignTarget);
        rig.WebSends(Solicitation(Rig.Db.IPv6, Rig.Gateway.IPv6)).IsDropped(DropReason.SpoofedAddress);
        rig.WebSends(Solicitation(Rig.Web.IPv6, Rig.Gateway.IPv6, [1, 1, .. Rig.Db.Mac.GetAddressBytes()])).IsDropped(DropReason.NdiscSpoofed);
        rig.WebSends(Solicitation(Rig.Web.IPv6, Rig.Gateway.IPv6, [1, 9, .. Rig.Web.Mac.GetAddressBytes()])).IsDropped(DropReason.NdiscMalformed);
        rig.WebSends(Solicitation(Rig.Web.IPv6, Rig.Gateway.IPv6, hops: 64)).IsDropped(DropReason.NdiscMalformed);
    }

    [Fact]
    public void What_a_container_announces_of_itself_goes_nowhere_and_is_no_drop()
    {
        using var rig = new Rig().Open();
        var unspecified = IPAddress.IPv6Any;
        var own = Rig.Web.LinkLocal;

        rig.WebSends(Arp.Request(Rig.Web, Rig.Web.IPv4)).IsConsumed();
        rig.WebSends(Arp.Request(Rig.Web with { IPv4 = IPAddress.Any }, Rig.Web.IPv4)).IsConsumed();
        rig.WebSends(Solicitation(unspecified, Rig.Web.IPv6, option: [])).IsConsumed();
        rig.WebSends(Solicitation(unspecified, own, option: [])).IsConsumed();
        rig.WebSends(ToAllRouters(own).IcmpV6([133, .. new byte[7], 1, 1, .. Rig.Web.Mac.GetAddressBytes()])).IsConsumed();
        rig.WebSends(ToAllRouters(unspecified).WithExtensionHeader(0, 0, 5, 2, 0, 0, 1, 0).IcmpV6([143, .. new byte[27]])).IsConsumed();
        rig.WebSends(ToAllRouters(Rig.Web.IPv6).IcmpV6([136, 0, 0, 0, 0x20, 0, 0, 0, .. Rig.Web.IPv6.GetAddressBytes()])).IsConsumed();
    }

    [Fact]
    public void What_a_container_announces_of_others_is_dropped()
    {
        using var rig = new Rig().Open();

        rig.WebSends(Arp.Request(Rig.Web with { IPv4 = Rig.Db.IPv4 }, Rig.Db.IPv4)).IsDropped(DropReason.ArpSpoofed);
        rig.WebSends(Solicitation(IPAddress.IPv6Any, Rig.Db.IPv6, option: [])).IsDropped(DropReason.NdiscForeignTarget);
        rig.WebSends(ToAllRouters(Rig.Db.IPv6).IcmpV6([133, .. new byte[7]])).IsDropped(DropReason.SpoofedAddress);
        rig.WebSends(ToAllRouters(Rig.Web.IPv6).IcmpV6([133, .. new byte[7], 1, 1, .. Rig.Db.Mac.GetAddressBytes()])).IsDropped(DropReason.NdiscSpoofed);
        rig.WebSends(ToAllRouters(Rig.Db.IPv6).IcmpV6([143, .. new byte[27]])).IsDropped(DropReason.SpoofedAddress);
        rig.WebSends(ToAllRouters(Rig.Web.IPv6).IcmpV6([136, 0, 0, 0, 0x20, 0, 0, 0, .. Rig.Db.IPv6.GetAddressBytes()])).IsDropped(DropReason.NdiscSpoofed);
        rig.WebSends(ToAllRouters(Rig.Web.IPv6).IcmpV6([136, 0, 0, 0, 0x80, 0, 0, 0, .. Rig.Web.IPv6.GetAddressBytes()])).IsDropped(DropReason.NdiscForbidden);
    }

    private static Frame ToAllRouters(IPAddress source) => Frame.From(Rig.Web).Via(new PhysicalAddress([0x33, 0x33, 0, 0, 0, 2]))
        .WithSource(source).WithDestination(IPAddress.Parse("ff02::2")).WithHopLimit(255).Over(Family.IPv6);

    [Fact]
    public void A_container_is_no_router()
    {
        using var rig = new Rig().Open();
        var message = Frame.From(Rig.Web).To(Rig.Db).Via(Rig.Gateway).WithHopLimit(255).Over(Family.IPv6);

        rig.WebSends(message.IcmpV6([134, .. new byte[31]])).IsDropped(DropReason.NdiscForbidden);
    }

    [Theory, InlineData(Family.IPv4), InlineData(Family.IPv6)]
    public void The_gateway_answers_pings(Family family)
    {
        using var rig = new Rig().Enforce();

        var answer = rig.WebSends(Frame.From(Rig.Web).To(Rig.Gateway).Via(Rig.Gateway).Over(family).EchoRequest(77, payload: 500));

        answer.IsRedirected().TellsNothing();
        Assert.Equal((Rig.Gateway.Address(family), Rig.Web.Address(family)), (answer.Packet.Source, answer.Packet.Destination));
        Assert.Equal(family == Family.IPv4 ? 0 : 129, answer.Packet.IcmpType);
        Assert.True(answer.Packet.TransportChecksumIsRight);
        Assert.True(family == Family.IPv6 || answer.Packet.IPv4ChecksumIsRight);
        Assert.Equal(Rig.Web.Mac, answer.Packet.DestinationMac);
    }

    private static byte[] Solicitation(IPAddress source, IPAddress target, byte[]? option = null, byte hops = 255)
    {
        byte[] message = [135, 0, 0, 0, 0, 0, 0, 0, .. target.GetAddressBytes(), .. option ?? [1, 1, .. Rig.Web.Mac.GetAddressBytes()]];
        var t = target.GetAddressBytes();
        var solicitedNode = new IPAddress([0xff, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0xff, t[13], t[14], t[15]]);
        var multicastMac = new PhysicalAddress([0x33, 0x33, 0xff, t[13], t[14], t[15]]);
        return Frame.From(Rig.Web).Via(multicastMac).WithSource(source).WithDestination(solicitedNode).WithHopLimit(hops).Over(Family.IPv6).IcmpV6(message);
    }
}
