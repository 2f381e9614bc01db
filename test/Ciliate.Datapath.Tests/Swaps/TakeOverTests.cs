using Ciliate.Bpf;
using Xunit;

namespace Ciliate.Datapath.Tests.Swaps;

/// <summary>Programs that tcx takes over from clsact, and clsact from tcx, while traffic runs.</summary>
public sealed class TakeOverTests : IDisposable
{
    private const int Times = 20;

    /// <summary>What containers say by themselves meanwhile, to find routers and who has an address.</summary>
    private const int Chatter = 200;

    private readonly LiveRig _rig = new();

    public void Dispose() => _rig.Dispose();

    [Fact]
    public void No_packet_is_lost_none_is_judged_twice_and_nothing_forbidden_passes()
    {
        using KernelDatapath clsact = _rig.Open(HookKind.Clsact);
        KernelDrops before = KernelDrops.Read(_rig.Web.Namespace, _rig.Db.Namespace);
        ulong countedBefore = CountedAtWeb();
        using var datagrams = new SteadyDatagrams(_rig.Web.Namespace, _rig.Db.Namespace, _rig.Db.Station.IPv4, LiveRig.SteadyPort);
        using var forbidden = new ForbiddenDatagrams(_rig.Web.Namespace, _rig.Db.Namespace, _rig.Db.Station.IPv4, LiveRig.ForbiddenPort);
        for (int time = 0; time < Times; time++)
        {
            ForBoth(container => clsact.AttachEndpoint(container.Wiring));
            Assert.Equal((0, 2), (TcxPrograms(), Filters()));
            GoesOn(datagrams);
            ForBoth(container => _rig.Datapath.SettlePrograms(container.Wiring.Id));
            Assert.Equal(KernelFeatures.Tcx.IsSupported ? (2, 0) : (0, 2), (TcxPrograms(), Filters()));
            GoesOn(datagrams);
        }

        int heard = forbidden.StopAndCountHeard();
        long lost = datagrams.StopAndCountLost();
        KernelDrops dropped = KernelDrops.Read(_rig.Web.Namespace, _rig.Db.Namespace) - before;
        Assert.Equal(0, heard);
        Assert.Equal(dropped.Backlog + dropped.Sockets, lost);
        long sent = datagrams.Sent + forbidden.Sent;
        Assert.InRange((long)(CountedAtWeb() - countedBefore), sent, sent + Chatter);
    }

    private void ForBoth(Action<LiveContainer> work) => _rig.Host.Run(() =>
    {
        work(_rig.Web);
        work(_rig.Db);
    });

    private static void GoesOn(SteadyDatagrams datagrams)
    {
        long due = datagrams.Received + 100;
        Assert.True(SpinWait.SpinUntil(() => datagrams.Received >= due, TimeSpan.FromSeconds(10)), "datagrams go on");
    }

    private ulong CountedAtWeb()
    {
        EndpointCounters counters = _rig.Datapath.ReadCounters(LiveRig.WebId);
        return counters.EgressPackets + counters.Drops;
    }

    /// <summary>At web's interface.</summary>
    private int TcxPrograms() => _rig.Pins(LiveRig.WebId).Count;

    private int Filters() => Enum.GetValues<Netlink.FilterDirection>().Sum(direction => _rig.Host.Route.ListFilters(_rig.Web.IfIndex, direction).Count);
}
