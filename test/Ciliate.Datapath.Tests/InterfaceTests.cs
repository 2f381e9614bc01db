using Ciliate.Datapath.Abi;
using Ciliate.Datapath.Tests.Packets;
using Ciliate.Testing;
using Xunit;

namespace Ciliate.Datapath.Tests;

/// <summary>One program serves all endpoints: by the interface it finds the right one, or none.</summary>
public sealed class InterfaceTests
{
    /// <summary>As far from it as another with the same lower bits of its index.</summary>
    private const int SamePlace = (int)EndpointLimits.Interfaces;

    [Theory, InlineData(Family.IPv4), InlineData(Family.IPv6)]
    public void At_an_interface_that_is_no_endpoints_nothing_passes(Family family)
    {
        using var rig = new Rig().Open();

        rig.Sends(3, rig.FromWeb(family).Udp(1000, 2000)).IsDropped(DropReason.NoEndpoint);
        rig.HostSendsTo(3, rig.FromWeb(family).Udp(1000, 2000), arrivedOn: 0).IsDropped(DropReason.NoEndpoint);
    }

    [Fact]
    public void A_drop_of_nobodys_is_told_as_nobodys()
    {
        using var rig = new Rig().Open();

        var told = rig.Sends(3, rig.FromWeb(Family.IPv4).Udp(1000, 2000)).Event!;

        Assert.Equal((0, TrafficDirection.Egress, 0), (told.EndpointId, told.Direction, told.SourceEndpoint));
    }

    [Fact]
    public void The_interface_tells_endpoints_apart_and_not_what_is_sent_by_it()
    {
        using var rig = new Rig().Open();

        rig.Sends(Rig.DbId, rig.FromWeb(Family.IPv4).Udp(1000, 2000)).IsDropped(DropReason.SpoofedMac);
        rig.WebSends(rig.FromWeb(Family.IPv4).Udp(1000, 2000)).IsRedirected();
    }

    [Fact]
    public void An_interface_with_the_same_lower_bits_of_its_index_is_nobodys()
    {
        using var rig = new Rig().Open();

        rig.Sends(Rig.WebId + SamePlace, rig.FromWeb(Family.IPv4).Udp(1000, 2000)).IsDropped(DropReason.NoEndpoint);
    }

    [Fact]
    public void A_second_endpoint_is_refused_the_place_of_another_and_takes_nothing_from_it()
    {
        using var rig = new Rig().Open();
        var datapath = rig.Datapath;
        int index = HostEnds.IndexOf(Rig.WebId) + SamePlace;

        Assert.Equal(HostEnds.IndexOf(Rig.DbId) + SamePlace + 1, datapath.UsableInterface(index));
        var error = Assert.Throws<DatapathException>(() => datapath.RegisterEndpoint(
            new EndpointWiring(3, "cil3", index, Rig.Gateway.Mac, Rig.Other.Mac, Rig.Other.IPv4, Rig.Other.IPv6)));

        Assert.Equal(
            $"interface {index} and that of endpoint {Rig.WebId} have the lower 16 bits of their index in common; make the endpoint again",
            error.Message);
        Assert.Equal([Rig.WebId, Rig.DbId], datapath.AttachedEndpoints().Order());
        rig.WebSends(rig.FromWeb(Family.IPv4).Udp(1000, 2000)).IsRedirected();
    }

    [Fact]
    public void What_was_detached_is_not_found_by_its_interface_any_more_and_leaves_the_place_to_others()
    {
        using var rig = new Rig().Open();

        rig.Datapath.DetachEndpoint(Rig.WebId);

        rig.WebSends(rig.FromWeb(Family.IPv4).Udp(1000, 2000)).IsDropped(DropReason.NoEndpoint);
        Assert.Equal(HostEnds.IndexOf(Rig.WebId), rig.Datapath.UsableInterface(HostEnds.IndexOf(Rig.WebId)));
    }

    [Fact]
    public void A_row_of_another_interface_is_not_believed()
    {
        using var rig = new Rig().Open();

        rig.Datapath.Maps.Endpoints[Rig.WebId].Ifindex++;

        rig.WebSends(rig.FromWeb(Family.IPv4).Udp(1000, 2000)).IsDropped(DropReason.NoEndpoint);
    }

    [Fact]
    public void What_an_agent_that_knows_no_such_table_has_left_is_set_right_by_the_next_start()
    {
        using var rig = new Rig().Open();
        var places = rig.Datapath.Maps.Interfaces;
        places[HostEnds.IndexOf(Rig.WebId)] = 0;
        places[HostEnds.IndexOf(Rig.DbId)] = Rig.WebId;
        places[500] = Rig.DbId;

        using var next = KernelDatapath.OpenTables(Rig.OptionsOf(131072) with { Root = rig.Root });

        Assert.Equal(
            [(HostEnds.IndexOf(Rig.WebId), (uint)Rig.WebId), (HostEnds.IndexOf(Rig.DbId), (uint)Rig.DbId)],
            Enumerable.Range(0, SamePlace).Where(place => places[place] != 0).Select(place => (place, places[place])));
    }
}
