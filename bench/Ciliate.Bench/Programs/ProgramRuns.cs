using Ciliate.Bench.Programs.Rigs;
using Ciliate.Bench.Results;
using Ciliate.Bench.Topologies;
using Ciliate.Bench.Workloads;
using Ciliate.Bpf;

namespace Ciliate.Bench.Programs;

/// <summary>Nanoseconds per packet of our programs and of the floor's, by BPF_PROG_TEST_RUN. One object is one case of one round: tables
/// and programs are made for it, so no round inherits the flows of another.</summary>
internal sealed class ProgramRuns : IDisposable
{
    private const int EstablishedRuns = 100_000;

    /// <summary>What the event ring and its reader hold, so that each packet that is to be told is really told.</summary>
    private const int ToldRuns = 8_000;
    private static readonly TimeSpan s_eventsWithin = TimeSpan.FromSeconds(2);

    private readonly Resources _resources = new();
    private readonly PacketCase _case;
    private readonly bool _ipv6;
    private readonly int _repetitions;
    private readonly BpfLoader _loader;

    /// <param name="repetitions">Runs of each program; their median is the round's value.</param>
    public ProgramRuns(PacketCase packetCase, bool ipv6, int repetitions)
    {
        (_case, _ipv6, _repetitions) = (packetCase, ipv6, repetitions);
        _loader = _resources.Add(new BpfLoader());
    }

    /// <summary>Measures every contender; the empty program is subtracted.</summary>
    public IReadOnlyList<(string Contender, double Nanoseconds)> Run()
    {
        var slices = new List<Func<(string, double)>>();
        IReadOnlyList<Subject> subjects = [];
        foreach (var contender in _case.Contenders)
        {
            (var rig, subjects) = contender.Make(_ipv6);
            var own = subjects;
            _resources.Add(rig);
            slices.Add(() => (contender.Name, rig.Run(() => Confined(() => own.Sum(subject => Measure(subject, rig))))));
        }
        if (_case.HasFloor)
            slices.AddRange(FloorSlices(subjects[0].Packet));
        var order = slices.ToArray();
        Random.Shared.Shuffle(order);
        return [.. order.Select(slice => slice())];
    }

    public void Dispose() => _resources.Dispose();

    private IEnumerable<Func<(string, double)>> FloorSlices(Packet packet)
    {
        var floor = BenchObjects.Floor;
        floor.SetConstant("other_ifindex", 1u);
        var loaded = _resources.Add(_loader.Load(floor));
        foreach (var (name, program) in new[] { (FloorTopology.Redirect, "redirect"), (FloorTopology.RedirectWithState, "redirect_with_state") })
        {
            var subject = new Subject(loaded.Program(program), packet, TestVerdict.Redirect);
            yield return () => (name, Linux.DedicatedThread.Run("program runs", () => Confined(() => Measure(subject, rig: null))));
        }
    }

    private double Measure(Subject subject, IPacketRig? rig)
    {
        using var replay = new Replay(_loader, subject.Packet, subject.Context, _case.Flow);
        Open(replay, subject, rig);
        int runs = _case.Flags == Packet.Syn ? ToldRuns : EstablishedRuns;
        double with = Median(() => Timed(replay, subject, rig, runs));
        double without = Median(() => replay.Run(replay.Empty, _case.Flags, runs, TestVerdict.Ok));
        return with - without;
    }

    /// <summary>The first packet of each flow that is to be established.</summary>
    private void Open(Replay replay, Subject subject, IPacketRig? rig)
    {
        replay.Rewind();
        if (_case.Flags != Packet.Syn)
            replay.Run(subject.Program, Packet.Syn, _case.Flow == PortChoice.ShuffledFlow ? Replay.Flows : 1, subject.Verdict);
        if (rig is not null)
            Settle(rig);
    }

    private double Timed(Replay replay, Subject subject, IPacketRig? rig, int runs)
    {
        double nanoseconds = replay.Run(subject.Program, _case.Flags, runs, subject.Verdict);
        if (_case.Flags == Packet.Syn && rig is not null)
            AwaitEvents(rig, runs);
        return nanoseconds;
    }

    private static void AwaitEvents(IPacketRig rig, int expected)
    {
        int taken = 0;
        for (long deadline = Environment.TickCount64 + (long)s_eventsWithin.TotalMilliseconds; taken < expected; Thread.Sleep(1))
        {
            taken += rig.TakeEvents();
            if (Environment.TickCount64 > deadline)
                throw new BenchException($"{taken} of {expected} packets were told: the figure would not include the telling");
        }
    }

    /// <summary>Until no event is left of what was not counted.</summary>
    private static void Settle(IPacketRig rig)
    {
        do
        {
            Thread.Sleep(20);
        }
        while (rig.TakeEvents() > 0);
    }

    private double Median(Func<double> run)
    {
        var values = new double[_repetitions];
        for (int i = 0; i < values.Length; i++)
            values[i] = run();
        return Statistics.Of(values).Median;
    }

    private static double Confined(Func<double> work)
    {
        Cpu.Enter();
        return work();
    }
}
