using System.Net;
using Ciliate.Datapath.Abi;
using Ciliate.Datapath.Tests.Packets;
using Xunit;

namespace Ciliate.Datapath.Tests.Outside;

/// <summary>What comes in by an uplink for a container's own address.</summary>
public sealed class StraightInTests
{
    private const byte Routing = 43;

    [Theory, InlineData(Family.IPv4), InlineData(Family.IPv6)]
    public void A_route_from_the_source_is_refused_at_the_uplink_and_told_as_the_containers(Family family)
    {
        using var rig = new OutsideRig().Open();

        var dropped = rig.Receives(Routed(Frame.From(Rig.Remote).To(Rig.Web), rig, family)).IsDropped(family == Family.IPv4 ? DropReason.SourceRoute : DropReason.RoutingHeader);

        Assert.Equal(OutsideRig.WebId, dropped.Event!.DestinationEndpoint);
    }

    [Theory, InlineData(Family.IPv4), InlineData(Family.IPv6)]
    public void A_route_from_the_source_to_anybody_else_is_the_stacks_to_judge(Family family)
    {
        using var rig = new OutsideRig().Open();

        rig.Receives(Routed(Frame.From(Rig.Remote).To(rig.Uplink), rig, family)).IsLeftToOthers();
        rig.Receives(Routed(Frame.From(Rig.Remote).To(Rig.Other), rig, family)).IsLeftToOthers();
    }

    [Theory, InlineData(Family.IPv4, "127.0.0.1"), InlineData(Family.IPv6, "::ffff:10.0.0.1")]
    public void An_address_that_is_never_on_a_wire_is_refused_at_the_uplink(Family family, string source)
    {
        using var rig = new OutsideRig().Open();

        rig.Receives(Frame.From(Rig.Remote).WithSource(IPAddress.Parse(source)).To(Rig.Web).Via(rig.Uplink).Over(family).Udp(53, 5353))
            .IsDropped(DropReason.InvalidAddress);
    }

    [Theory, InlineData(Family.IPv4), InlineData(Family.IPv6)]
    public void What_cannot_go_on_is_dropped_where_the_host_would_swallow_it(Family family)
    {
        using var rig = new OutsideRig().Open();
        rig.SetForwarding(family, false);

        foreach (var (frame, reason) in CannotGoOn(rig, family))
            Assert.Equal(OutsideRig.WebId, rig.Receives(frame).IsDropped(reason).Event!.DestinationEndpoint);
    }

    [Theory, InlineData(Family.IPv4), InlineData(Family.IPv6)]
    public void What_cannot_go_on_is_told_and_the_stacks_to_answer_where_the_host_forwards(Family family)
    {
        using var rig = new OutsideRig().Open();
        rig.SetForwarding(family, true);

        foreach (var (frame, reason) in CannotGoOn(rig, family))
        {
            var outcome = rig.Receives(frame).IsLeftToOthers().TellsDrop(reason);
            Assert.Equal(OutsideRig.WebId, outcome.Event!.DestinationEndpoint);
            Assert.Equal(frame, outcome.Data);
        }
    }

    [Fact]
    public void What_may_be_cut_is_the_stacks_to_cut_where_the_host_forwards()
    {
        using var rig = new OutsideRig().Open();
        var frame = ToWeb(rig, Family.IPv4).Udp(53, 5353, payload: 1600);
        rig.SetForwarding(Family.IPv4, true);
        rig.Receives(frame).IsLeftToOthers().TellsNothing();

        rig.SetForwarding(Family.IPv4, false);
        rig.Receives(frame).IsDropped(DropReason.PacketTooBig);
    }

    [Theory, InlineData(Family.IPv4), InlineData(Family.IPv6)]
    public void An_address_that_no_router_forwards_is_refused_at_the_uplink(Family family)
    {
        using var rig = new OutsideRig().Open();
        string source = family == Family.IPv4 ? "127.0.0.1" : "fe80::7";

        rig.Receives(ToWeb(rig, family).WithSource(IPAddress.Parse(source)).Udp(53, 5353)).IsDropped(DropReason.InvalidAddress);
    }

    [Theory, InlineData(Family.IPv4), InlineData(Family.IPv6)]
    public void Where_the_host_does_not_forward_nobody_opens_a_flow(Family family)
    {
        using var rig = new OutsideRig().Open();
        var frame = ToWeb(rig, family).Udp(53, 5353);
        rig.SetForwarding(family, false);
        rig.HandsTo(Rig.Web, frame, translated: false).IsDropped(DropReason.NotForwarded);

        rig.SetForwarding(family, true);
        rig.HandsTo(Rig.Web, frame, translated: false).IsPassed();
        rig.SetForwarding(family, false);
        rig.HandsTo(Rig.Web, frame, translated: false).IsPassed();
    }

    [Theory, InlineData(Family.IPv4), InlineData(Family.IPv6)]
    public void Whom_no_answer_would_reach_opens_no_flow(Family family)
    {
        using var rig = new OutsideRig().Open();
        var frame = ToWeb(rig, family).Udp(53, 5353);
        rig.Host.Route.DeleteRoute(rig.DefaultRoute(family));

        rig.HandsTo(Rig.Web, frame, translated: false).IsDropped(DropReason.SpoofedAddress);
        if (family == Family.IPv4)
            rig.HandsTo(Rig.Web, ToWeb(rig, family).WithSource(IPAddress.Parse("198.51.100.255")).Udp(53, 5353), translated: false).IsDropped(DropReason.SpoofedAddress);
    }

    [Theory]
    [InlineData(Family.IPv4, false), InlineData(Family.IPv4, true), InlineData(Family.IPv6, false), InlineData(Family.IPv6, true)]
    public void Who_comes_by_another_way_than_answers_would_go_is_refused_where_the_host_wants_it(Family family, bool strict)
    {
        using var rig = new OutsideRig(strict: strict).Open();
        var frame = ToWeb(rig, family).Udp(53, 5353);
        rig.AddWay("lan0", family);

        var outcome = rig.HandsTo(Rig.Web, frame, translated: false);

        _ = strict ? outcome.IsDropped(DropReason.SpoofedAddress) : outcome.IsPassed();
    }

    [Theory, InlineData(Family.IPv4), InlineData(Family.IPv6)]
    public void What_comes_past_the_translation_is_no_answer(Family family)
    {
        using var rig = new OutsideRig().Open();
        var web = OutsideRig.From(Rig.Web, family);
        var udp = rig.Sends(Rig.Web, web.Udp(5353, 53)).IsRedirected();
        rig.Sends(Rig.Web, web.Tcp(5000, 443, TcpFlags.Syn)).IsRedirected();
        rig.Sends(Rig.Web, web.EchoRequest(77)).IsRedirected();
        rig.Sends(Rig.Web, web.WithHopLimit(1).Udp(5354, 53)).TellsDrop(DropReason.HopLimitExceeded);

        byte[][] forged =
        [
            ToWeb(rig, family).Udp(53, 5353), ToWeb(rig, family).Udp(53, 5354), ToWeb(rig, family).EchoReply(77),
            ToWeb(rig, family).Tcp(443, 5000, TcpFlags.Syn | TcpFlags.Ack), ToWeb(rig, family).Tcp(443, 5000, TcpFlags.Rst),
        ];
        foreach (var frame in forged)
            rig.HandsTo(Rig.Web, frame, translated: false).IsDropped(DropReason.NoFlow);
        rig.Answers(Rig.Web, rig.FromRemote(family).Udp(53, MasqueradeTests.Port(udp, source: true))).IsPassed();
    }

    [Theory, InlineData(Family.IPv4), InlineData(Family.IPv6)]
    public void An_error_past_the_translation_is_about_nothing_that_was_seen_outside(Family family)
    {
        using var rig = new OutsideRig().Open();
        var inside = OutsideRig.From(Rig.Web, family).Udp(5353, 53);
        rig.Sends(Rig.Web, inside).IsRedirected();
        var error = MasqueradedErrorTests.Error(Frame.From(Rig.Other).To(Rig.Web).Via(rig.Uplink).Over(family), inside);

        rig.HandsTo(Rig.Web, error, translated: false).IsDropped(DropReason.IcmpErrorUnrelated);
    }

    private static Frame ToWeb(OutsideRig rig, Family family) => Frame.From(Rig.Remote).To(Rig.Web).Via(rig.Uplink).Over(family);

    private static IEnumerable<(byte[] Frame, DropReason Reason)> CannotGoOn(OutsideRig rig, Family family) =>
    [
        (ToWeb(rig, family).WithHopLimit(1).Udp(53, 5353), DropReason.HopLimitExceeded),
        (ToWeb(rig, family).WithFragmentField(0x4000).Udp(53, 5353, payload: 1600), DropReason.PacketTooBig),
    ];

    private static byte[] Routed(Frame frame, OutsideRig rig, Family family)
    {
        var whole = frame.Via(rig.Uplink).Over(family);
        return (family == Family.IPv4
            ? whole.WithIPv4Options(131, 7, 4, 192, 0, 2, 1, 0)
            : whole.WithExtensionHeader(Routing, 2, 0, 1, 0, 0, 0, 0, 0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1)).Udp(53, 5353);
    }
}
