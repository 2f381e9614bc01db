using Ciliate.Datapath.Abi;
using Ciliate.Datapath.Tests.Packets;
using Ciliate.Testing;
using Xunit;

namespace Ciliate.Datapath.Tests;

/// <summary>What strangers open to a container is counted apart: it takes nothing from what the container and the host open.</summary>
public sealed class StrangersShareTests
{
    private const uint Capacity = 1024;
    private const int Server = 60053;

    public static TheoryData<Family> Both => [Family.IPv4, Family.IPv6];

    [Theory, MemberData(nameof(Both))]
    public void A_flood_of_strangers_gets_half_of_what_is_free_and_the_container_and_the_host_open_what_they_did_before(Family family)
    {
        using var rig = NewRig();

        int strangers = Flood(port => StrangerSends(rig, family, port));

        Assert.Equal((int)(Capacity / 3) + 1, strangers);
        StrangerSends(rig, family, 60000).IsDropped(DropReason.FlowQuota);
        rig.HostSendsToDb(Frame.From(Rig.Gateway).To(Rig.Db).Via(Rig.Db).Over(family).Udp(1, Server)).IsPassed();
        rig.WebSends(rig.FromWeb(family).Udp(1, Server)).IsRedirected();
        int own = 1 + Flood(port => rig.DbSends(ToStranger(family).Udp(port, Server)));
        Assert.Equal((int)(Capacity - strangers) / 2, own);
        StrangerSends(rig, family, 1).IsPassed().TellsNothing();
        Assert.Equal([(Rig.WebId, 1u, 0u), (Rig.DbId, (uint)(strangers + own), (uint)strangers)], CountsOf(rig));
        FlowShareTests.CountsAreExact(rig);
    }

    [Theory, MemberData(nameof(Both))]
    public void A_container_opens_flows_when_strangers_have_more_than_is_free(Family family)
    {
        using var rig = NewRig();
        int strangers = Flood(port => StrangerSends(rig, family, port));
        int neighbours = Flood(port => rig.WebSends(rig.FromWeb(family).Udp(port, Server)));
        Assert.True(Capacity - neighbours - strangers <= strangers);

        int own = Flood(port => rig.DbSends(ToStranger(family).Udp(port, Server)));

        Assert.Equal((int)(Capacity - neighbours - strangers + 1) / 2, own);
        FlowShareTests.CountsAreExact(rig);
    }

    [Theory, MemberData(nameof(Both))]
    public void A_closed_flow_that_the_other_side_opens_anew_moves_to_the_other_share(Family family)
    {
        using var rig = NewRig();
        FromStranger(rig, family, TcpFlags.Syn).IsPassed();
        ToStranger(rig, family, TcpFlags.Rst | TcpFlags.Ack).IsPassed();
        Assert.Equal((Rig.DbId, 1u, 1u), CountsOf(rig)[1]);

        ToStranger(rig, family, TcpFlags.Syn).IsPassed();
        Assert.Equal((Rig.DbId, 1u, 0u), CountsOf(rig)[1]);
        FlowShareTests.CountsAreExact(rig);

        FromStranger(rig, family, TcpFlags.Rst | TcpFlags.Ack).IsPassed();
        FromStranger(rig, family, TcpFlags.Syn).IsPassed();
        Assert.Equal((Rig.DbId, 1u, 1u), CountsOf(rig)[1]);
        FlowShareTests.CountsAreExact(rig);
    }

    [Theory, MemberData(nameof(Both))]
    public void At_their_limit_strangers_open_anew_what_was_theirs_and_not_what_was_the_containers(Family family)
    {
        using var rig = NewRig();
        FromStranger(rig, family, TcpFlags.Syn).IsPassed();
        ToStranger(rig, family, TcpFlags.Rst | TcpFlags.Ack).IsPassed();
        rig.DbSends(ToStranger(family).Tcp(81, 40000, TcpFlags.Syn)).IsPassed();
        rig.HostSendsToDb(FromStranger(family).Tcp(40000, 81, TcpFlags.Rst | TcpFlags.Ack), HostEnds.Outside).IsPassed();
        Flood(port => StrangerSends(rig, family, port));

        FromStranger(rig, family, TcpFlags.Syn).IsPassed().OpensFlow(ReservedRules.NotEnforced);
        rig.HostSendsToDb(FromStranger(family).Tcp(40000, 81, TcpFlags.Syn), HostEnds.Outside).IsDropped(DropReason.FlowQuota);
        FlowShareTests.CountsAreExact(rig);
    }

    [Theory, MemberData(nameof(Both))]
    public void What_strangers_opened_is_counted_off_when_it_is_collected(Family family)
    {
        using var rig = NewRig(life: 20);
        int strangers = Flood(port => StrangerSends(rig, family, port));

        CollectAll(rig, strangers);

        Assert.Equal([(Rig.WebId, 0u, 0u), (Rig.DbId, 0u, 0u)], CountsOf(rig));
        FlowShareTests.CountsAreExact(rig);
    }

    /// <summary>The host speaks by an address of somebody else, who goes on where it stopped.</summary>
    [Theory, MemberData(nameof(Both))]
    public void A_flow_that_is_taken_for_another_partys_when_it_is_judged_anew_is_counted_off_as_it_was_counted(Family family)
    {
        using var rig = NewRig(life: 500);
        rig.HostSendsToDb(FromStranger(family).Udp(1, Server)).IsPassed();
        Assert.Equal((Rig.DbId, 1u, 0u), CountsOf(rig)[1]);
        rig.Publish(Rig.DbId, Rig.DbIdentity, [], enforced: false);

        StrangerSends(rig, family, 1).IsPassed();
        Assert.Equal((uint)ReservedIdentity.World, Assert.Single(rig.Datapath.DumpFlows()).SourceIdentity);

        CollectAll(rig, 1);
        Assert.Equal((Rig.DbId, 0u, 0u), CountsOf(rig)[1]);
    }

    private static Frame FromStranger(Family family) => Frame.From(Rig.Remote).To(Rig.Db).Via(Rig.Db).Over(family);

    private static Frame ToStranger(Family family) => Frame.From(Rig.Db).To(Rig.Remote).Via(Rig.Gateway).Over(family);

    private static Outcome StrangerSends(Rig rig, Family family, int port) => rig.HostSendsToDb(FromStranger(family).Udp(port, Server), HostEnds.Outside);

    private static Outcome FromStranger(Rig rig, Family family, TcpFlags flags) => rig.HostSendsToDb(FromStranger(family).Tcp(40000, 80, flags), HostEnds.Outside);

    private static Outcome ToStranger(Rig rig, Family family, TcpFlags flags) => rig.DbSends(ToStranger(family).Tcp(80, 40000, flags));

    /// <summary>Opens flows until one is refused for its owner's share; how many.</summary>
    private static int Flood(Func<int, Outcome> sendFromPort)
    {
        for (int port = 1; port <= Capacity; port++)
        {
            var outcome = sendFromPort(port);
            if (outcome.Event is { Verdict: VerdictKind.Dropped })
            {
                outcome.IsDropped(DropReason.FlowQuota);
                return port - 1;
            }
        }
        throw new InvalidOperationException("nobody limits the flood");
    }

    private static void CollectAll(Rig rig, int flows)
    {
        int removed = 0;
        Eventually.Holds(
            () => (removed += rig.Datapath.CollectFlows(TestContext.Current.CancellationToken).Removed) >= flows, "expired flows are removed", TimeSpan.FromSeconds(30));
        Assert.Empty(rig.Datapath.DumpFlows());
    }

    private static List<(ushort Id, uint Flows, uint Incoming)> CountsOf(Rig rig) =>
        [.. rig.Datapath.DumpEndpoints().Select(row => (row.Id, row.Flows, row.Incoming))];

    /// <param name="life">Milliseconds of a UDP flow; it stays in the table for as long again at most.</param>
    private static Rig NewRig(int life = 3_600_000) => new Rig(Rig.OptionsOf(Capacity, FlowTimeouts.Default with
    {
        Other = TimeSpan.FromMilliseconds(life),
        Grace = TimeSpan.FromMilliseconds(20),
    })).Open();
}
