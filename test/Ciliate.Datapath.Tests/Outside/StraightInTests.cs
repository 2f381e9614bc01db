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

    private static byte[] Routed(Frame frame, OutsideRig rig, Family family)
    {
        var whole = frame.Via(rig.Uplink).Over(family);
        return (family == Family.IPv4
            ? whole.WithIPv4Options(131, 7, 4, 192, 0, 2, 1, 0)
            : whole.WithExtensionHeader(Routing, 2, 0, 1, 0, 0, 0, 0, 0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1)).Udp(53, 5353);
    }
}
