using System.Diagnostics;
using Ciliate.Bench.Programs.Rigs;
using Ciliate.Bench.Workloads;
using Ciliate.Bpf;
using Ciliate.Datapath;

namespace Ciliate.Bench.Programs;

/// <summary>What it costs to look at flows and to remove those that have ended, and for how long it works without a pause. The packets of
/// a CPU wait for less than a step: each of its calls holds them up for a few dozen flows only.</summary>
internal static class CollectionRuns
{
    public static readonly Measure PerEntry = new("collection-per-entry", "ns", LowerIsBetter: true);
    public static readonly Measure ScanPerEntry = new("collection-scan-per-entry", "ns", LowerIsBetter: true);
    public static readonly Measure LongestStep = new("collection-longest-step", "ms", LowerIsBetter: true);

    private static readonly TimeSpan s_shortLife = TimeSpan.FromMilliseconds(20);

    public static IReadOnlyList<Measure> Measures { get; } = [PerEntry, ScanPerEntry, LongestStep];

    /// <summary>One look at flows that live, the removal of as many that have ended, and a look at the table that this has emptied: the
    /// kernel goes through all of it in one call.</summary>
    public static IReadOnlyList<Figure> Run()
    {
        using var living = Filled(FlowTimeouts.Default);
        var scan = Collect(living);
        if (scan.Round.Removed != 0)
            throw new BenchException($"{scan.Round.Removed} flows were removed that had not ended");
        using var ended = Filled(FlowTimeouts.Default with { TcpSyn = s_shortLife, Grace = s_shortLife });
        Thread.Sleep(10 * s_shortLife);
        var removal = Collect(ended);
        if (removal.Round.Removed != Replay.Flows)
            throw new BenchException($"{removal.Round.Removed} of {Replay.Flows} flows were removed: the figure would not be of what it seems");
        var empty = Collect(ended);
        return
        [
            new(PerEntry, removal.Work * 1e6 / Replay.Flows),
            new(ScanPerEntry, scan.Work * 1e6 / Replay.Flows),
            new(LongestStep, new[] { scan, removal, empty }.Max(look => look.Round.LongestStep.TotalMilliseconds)),
        ];
    }

    /// <summary>With so many flows that only a SYN was seen of.</summary>
    private static ContainerRig Filled(FlowTimeouts timeouts)
    {
        var rig = new ContainerRig(timeouts: timeouts);
        using var loader = new BpfLoader();
        var subject = rig.Allowed(ipv6: false)[0];
        using var replay = new Replay(loader, subject.Packet, subject.Context, PortChoice.NextFlow);
        replay.Rewind();
        rig.Run(() => replay.Run(subject.Program, Packet.Syn, Replay.Flows, subject.Verdict));
        return rig;
    }

    /// <returns>What was done, and the milliseconds that it took without its pauses.</returns>
    private static (CollectionRound Round, double Work) Collect(ContainerRig rig) => Linux.DedicatedThread.Run("collection", () =>
    {
        Cpu.Enter();
        var pauses = new Stopwatch();
        long start = Stopwatch.GetTimestamp();
        var round = rig.Datapath.CollectFlows(Pause, CancellationToken.None);
        return (round, (Stopwatch.GetElapsedTime(start) - pauses.Elapsed).TotalMilliseconds);

        void Pause()
        {
            pauses.Start();
            Thread.Sleep(1);
            pauses.Stop();
        }
    });
}
