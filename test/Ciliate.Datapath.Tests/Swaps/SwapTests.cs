using System.Diagnostics;
using Xunit;

namespace Ciliate.Datapath.Tests.Swaps;

/// <summary>Swaps of a policy, thousands in a row, while traffic runs. Nothing that both variants allow may be lost, and no packet may be judged
/// by a mix of the two.</summary>
public sealed class SwapTests(ITestOutputHelper output) : IDisposable
{
    /// <summary>Fewer where the machine is emulated.</summary>
    private static readonly int s_swaps = int.TryParse(Environment.GetEnvironmentVariable("TEST_SWAPS"), out int swaps) ? swaps : 10_000;

    /// <summary>Datagrams between two swaps: at a hundred thousand each second, a swap each millisecond.</summary>
    private const int DatagramsForEach = 100;

    private readonly LiveRig _rig = new();

    public enum Mistake
    {
        EditsTheLiveSlot,
        FlipsOneDirectionAfterTheOther,
    }

    public void Dispose() => _rig.Dispose();

    [Fact]
    public void Ten_thousand_swaps_lose_nothing_reset_nothing_and_mix_nothing()
    {
        using var prober = new Prober(_rig);
        Traffic control = Run(s_swaps / 10, swap: () => { });
        Traffic swapped = Run(s_swaps, SwapWhole);
        prober.Stop();

        output.WriteLine($"without swaps: {control}");
        output.WriteLine($"with {s_swaps} swaps: {swapped}; {prober.Rounds} rounds of probes, {prober.Generations} generations seen whole");
        Assert.All([control, swapped], traffic =>
        {
            Assert.Null(traffic.StreamFailure);
            Assert.True(traffic.Lost == traffic.Kernel.Backlog + traffic.Kernel.Sockets, $"lost: {traffic}");
            Assert.Equal(0, traffic.Kernel.Retransmitted);
            Assert.Equal(0, traffic.Forbidden);
        });
        Assert.True(prober.Mixed == 0, $"{prober.Mixed} rounds are no generation's; the first: {prober.FirstMixed}");
        Assert.True(prober.Generations > s_swaps / 100, $"only {prober.Generations} generations were seen whole");
    }

    [Theory]
    [InlineData(Mistake.EditsTheLiveSlot)]
    [InlineData(Mistake.FlipsOneDirectionAfterTheOther)]
    public void A_swap_in_two_steps_would_be_noticed(Mistake mistake)
    {
        using var prober = new Prober(_rig);
        for (int i = 0; i < 100; i++)
            SwapWhole();
        prober.AwaitRound();
        Assert.Equal(0, prober.Mixed);

        if (mistake == Mistake.EditsTheLiveSlot)
            EditLiveSlot(prober.AwaitRound);
        else
            FlipDirections(prober.AwaitRound);

        Assert.NotEqual(0, prober.Mixed);
        output.WriteLine(prober.FirstMixed!);
    }

    private void SwapWhole() => _rig.Datapath.Publish(LiveRig.WebId, LiveRig.Tables(LiveRig.IsOdd(_rig.NextGeneration)));

    /// <summary>What a datapath does that has one table for each endpoint: entry by entry.</summary>
    private void EditLiveSlot(Action between)
    {
        uint generation = (uint)(_rig.Commit >> 32), slot = (uint)_rig.Commit;
        bool odd = LiveRig.IsOdd(generation);
        var policy = new PolicyTable(_rig.Datapath.Maps.Policy);
        policy.Adopt(new HashSet<uint> { slot });
        policy.Remove(slot, LiveRig.Entries(odd, odd).Except(LiveRig.Entries(!odd, !odd)));
        between();
        policy.Add(slot, [.. LiveRig.Entries(!odd, !odd).Except(LiveRig.Entries(odd, odd))]);
        _rig.Datapath.Maps.Endpoints[LiveRig.WebId].Commit = (ulong)(generation + 1) << 32 | slot;
    }

    private void FlipDirections(Action between)
    {
        bool odd = LiveRig.IsOdd((uint)(_rig.Commit >> 32));
        _rig.Datapath.Publish(LiveRig.WebId, LiveRig.Tables(oddEgress: !odd, oddIngress: odd));
        between();
        _rig.Datapath.Publish(LiveRig.WebId, LiveRig.Tables(!odd));
    }

    /// <summary>Traffic that every variant allows, and some that none does, with a swap after each hundred datagrams.</summary>
    private Traffic Run(int swaps, Action swap)
    {
        KernelDrops before = KernelDrops.Read(_rig.Web.Namespace, _rig.Db.Namespace);
        using var datagrams = new SteadyDatagrams(_rig.Web.Namespace, _rig.Db.Namespace, _rig.Db.Station.IPv4, LiveRig.SteadyPort);
        using var four = new SteadyStream(_rig.Web.Namespace, _rig.Db.Namespace, _rig.Db.Station.IPv4);
        using var six = new SteadyStream(_rig.Web.Namespace, _rig.Db.Namespace, _rig.Db.Station.IPv6);
        using var forbidden = new ForbiddenDatagrams(_rig.Web.Namespace, _rig.Db.Namespace, _rig.Db.Station.IPv4, LiveRig.ForbiddenPort);
        long begun = Stopwatch.GetTimestamp();
        for (int done = 0; done < swaps; done++)
        {
            long due = (long)done * DatagramsForEach;
            SpinWait.SpinUntil(() => datagrams.Received >= due || four.Failed || six.Failed, TimeSpan.FromSeconds(10));
            swap();
        }

        TimeSpan took = Stopwatch.GetElapsedTime(begun);
        long received = datagrams.Received;
        string? failure = four.StopAndTellFailure() ?? six.StopAndTellFailure();
        return new Traffic(
            received, received / took.TotalSeconds, four.Answers + six.Answers, datagrams.StopAndCountLost(), forbidden.StopAndCountHeard(), failure,
            KernelDrops.Read(_rig.Web.Namespace, _rig.Db.Namespace) - before);
    }

    /// <param name="Rate">Datagrams each second.</param>
    /// <param name="Answers">Questions that were answered over TCP.</param>
    /// <param name="Forbidden">Datagrams that arrived and that no variant allows.</param>
    private sealed record Traffic(
        long Datagrams, double Rate, long Answers, long Lost, long Forbidden, string? StreamFailure, KernelDrops Kernel)
    {
        public override string ToString() =>
            $"{Datagrams} datagrams ({Rate / 1000:0} thousand each second), {Answers} answers over TCP, {Lost} lost, {Forbidden} forbidden ones arrived, {Kernel}";
    }
}
