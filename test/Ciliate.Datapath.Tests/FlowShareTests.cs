using System.Net;
using System.Net.NetworkInformation;
using Ciliate.Datapath.Abi;
using Ciliate.Datapath.Tests.Packets;
using Ciliate.Testing;
using Xunit;

namespace Ciliate.Datapath.Tests;

/// <summary>The flow table is shared fairly: who takes all that can be had leaves as much to the others.</summary>
public sealed class FlowShareTests
{
    private const uint Capacity = 1024;
    private const int Redirect = 7, Shot = 2;

    /// <summary>A port above all that the tests send from.</summary>
    private const int Server = 60053;

    [Theory, InlineData(Family.IPv4), InlineData(Family.IPv6)]
    public void A_container_gets_as_many_flows_as_it_leaves_free_and_its_neighbour_keeps_and_opens(Family family)
    {
        using var rig = NewRig();
        for (int port = 1; port <= 100; port++)
            rig.DbSends(rig.FromDb(family).Udp(port, Server)).IsRedirected();

        int opened = Flood(rig, Rig.WebId, port => rig.FromWeb(family).Udp(port, Server));

        Assert.Equal((Capacity - 100) / 2, (uint)opened);
        rig.WebSends(rig.FromWeb(family).Udp(60000, Server)).IsDropped(DropReason.FlowQuota);
        for (int port = 1; port <= 200; port++)
            rig.DbSends(rig.FromDb(family).Udp(port, Server)).IsRedirected();
        for (int port = 1; port <= opened; port++)
            Assert.Equal(Redirect, rig.VerdictOf(Rig.WebId, rig.FromWeb(family).Udp(port, Server)));
        CountsAreExact(rig);
    }

    [Theory, InlineData(Family.IPv4), InlineData(Family.IPv6)]
    public void At_its_limit_a_container_still_opens_anew_what_was_its_own(Family family)
    {
        using var rig = NewRig();
        rig.WebSends(rig.FromWeb(family).Tcp(40000, 80, TcpFlags.Syn)).IsRedirected();
        rig.DbSends(rig.FromDb(family).Tcp(80, 40000, TcpFlags.Rst | TcpFlags.Ack)).IsRedirected();
        Flood(rig, Rig.WebId, port => rig.FromWeb(family).Udp(port, Server));

        rig.WebSends(rig.FromWeb(family).Tcp(40000, 80, TcpFlags.Syn)).IsRedirected().OpensFlow(ReservedRules.NotEnforced);
        CountsAreExact(rig);
    }

    [Theory, InlineData(Family.IPv4), InlineData(Family.IPv6)]
    public void A_closed_flow_that_the_other_side_opens_anew_changes_its_owner(Family family)
    {
        using var rig = NewRig();
        rig.WebSends(rig.FromWeb(family).Tcp(40000, 80, TcpFlags.Syn)).IsRedirected();
        rig.DbSends(rig.FromDb(family).Tcp(80, 40000, TcpFlags.Rst | TcpFlags.Ack)).IsRedirected();
        CountsAreExact(rig);

        rig.DbSends(rig.FromDb(family).Tcp(80, 40000, TcpFlags.Syn)).IsRedirected();

        CountsAreExact(rig);
        Assert.Equal([(Rig.WebId, 0u), (Rig.DbId, 1u)], CountsOf(rig));
    }

    [Fact]
    public void Eight_that_flood_at_once_leave_a_ninth_of_the_table_and_take_nothing_from_who_has_something()
    {
        using var rig = NewRig();
        var flooders = Enumerable.Range(10, 8).Select(id => (Id: (ushort)id, Station: NewStation((byte)id))).ToList();
        foreach (var (id, station) in flooders)
        {
            rig.Register(id, station);
            rig.Publish(id, 300, [], enforced: false);
        }
        for (int port = 1; port <= 20; port++)
            rig.DbSends(rig.FromDb(Family.IPv4).Udp(port, Server)).IsRedirected();

        for (int port = 1; port <= Capacity; port++)
        {
            foreach (var (id, station) in flooders)
                rig.VerdictOf(id, Frame.From(station).To(Rig.Db).Via(Rig.Gateway).Over(Family.IPv4).Udp(port, Server));
        }

        var told = CountsOf(rig);
        Assert.All(told.Where(row => row.Id >= 10), row => Assert.InRange(row.Flows, (Capacity - 20) / 9 - 1, ((Capacity - 20) / 9) + 1));
        for (int port = 1; port <= 50; port++)
            Assert.Equal(Redirect, rig.VerdictOf(Rig.DbId, rig.FromDb(Family.IPv4).Udp(port, Server)));
        CountsAreExact(rig);
        Assert.DoesNotContain(rig.Datapath.ReadCounters().Drops, drop => (DropReason)drop.Reason == DropReason.FlowTableFull);
    }

    [Fact]
    public void A_table_that_is_really_full_says_so()
    {
        using var rig = new Rig(Rig.OptionsOf(1)).Open();
        rig.WebSends(rig.FromWeb(Family.IPv4).Udp(1, Server)).IsRedirected();
        rig.DbSends(rig.FromDb(Family.IPv4).Udp(2, Server)).IsDropped(DropReason.FlowTableFull);
        CountsAreExact(rig);
    }

    [Fact]
    public void Counts_that_tell_something_else_than_the_table_are_set_right_when_the_maps_are_opened()
    {
        using var rig = NewRig();
        for (int port = 1; port <= 30; port++)
            rig.WebSends(rig.FromWeb(Family.IPv4).Udp(port, Server)).IsRedirected();
        for (int port = 1; port <= 20; port++)
            rig.HostSendsToDb(Frame.From(Rig.Remote).To(Rig.Db).Via(Rig.Gateway).Over(Family.IPv6).Udp(port, Server), arrivedOn: HostEnds.Outside).IsPassed();
        var counts = rig.Datapath.Maps.FlowQuotas;
        counts[Rig.WebId].Flows -= 7;
        counts[Rig.DbId].Flows += 3;
        counts[0].Flows += 500;
        counts[Rig.DbId].Incoming += 5;

        using (KernelDatapath.Open(Rig.OptionsOf(Capacity) with { Root = rig.Root }))
            CountsAreExact(rig);
    }

    internal static void CountsAreExact(Rig rig)
    {
        var flows = rig.Datapath.DumpFlows();
        foreach (var row in rig.Datapath.DumpEndpoints())
        {
            var owned = flows.Where(flow => (flow.SourceEndpoint != 0 ? flow.SourceEndpoint : flow.DestinationEndpoint) == row.Id).ToList();
            Assert.Equal((owned.Count, owned.Count(IsStrangers)), ((int)row.Flows, (int)row.Incoming));
        }
        Assert.Equal(flows.Count, rig.Datapath.Maps.FlowQuotas[0].Flows);
    }

    private static bool IsStrangers(FlowRow flow) => flow is { SourceEndpoint: 0, SourceIdentity: not (uint)ReservedIdentity.Host };

    private static List<(ushort Id, uint Flows)> CountsOf(Rig rig) =>
        [.. rig.Datapath.DumpEndpoints().Select(row => (row.Id, row.Flows))];

    private static Rig NewRig() => new Rig(Rig.OptionsOf(Capacity)).Open();

    /// <summary>Opens flows until one is refused; how many.</summary>
    private static int Flood(Rig rig, ushort id, Func<int, byte[]> frameOfPort)
    {
        for (int port = 1; port <= Capacity; port++)
        {
            int verdict = rig.VerdictOf(id, frameOfPort(port));
            if (verdict == Shot)
                return port - 1;
            Assert.Equal(Redirect, verdict);
        }
        throw new InvalidOperationException("nobody limits the flood");
    }

    private static Station NewStation(byte id) => new(
        $"flooder{id}", new PhysicalAddress([2, 0, 0, 0, 1, id]), IPAddress.Parse($"10.9.1.{id}"), IPAddress.Parse($"fd09::1:{id}"));
}
