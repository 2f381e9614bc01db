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
