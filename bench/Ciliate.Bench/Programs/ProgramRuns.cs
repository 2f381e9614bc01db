using Ciliate.Bench.Results;
using Ciliate.Bench.Topologies;
using Ciliate.Bench.Workloads;
using Ciliate.Bpf;

namespace Ciliate.Bench.Programs;

/// <summary>Nanoseconds per packet of our program and of the floor's programs, by BPF_PROG_TEST_RUN. One object is one round: tables
/// and programs are made for it, so no round inherits the flows of another.</summary>
internal sealed class ProgramRuns : IDisposable
{
    public static readonly Measure Established = new("packet-established", "ns", LowerIsBetter: true);
    public static readonly Measure Shuffled = new("packet-shuffled-flows", "ns", LowerIsBetter: true);
    public static readonly Measure NewFlow = new("packet-new-flow", "ns", LowerIsBetter: true);

    private const int Redirect = 7, Pass = 0;
    private const int EstablishedRuns = 100_000;

    /// <summary>What the event ring and its reader hold, so that each new flow is really told.</summary>
    private const int NewFlowRuns = 8_000;
    private static readonly TimeSpan s_eventsWithin = TimeSpan.FromSeconds(2);

    private readonly Resources _resources = new();
    private readonly int _repetitions;
    private readonly BpfLoader _loader;
    private readonly ContainerRig _rig;
    private readonly LoadedObject _floor;

    /// <param name="repetitions">Runs of each program; their median is the round's value.</param>
    public ProgramRuns(int repetitions)
    {
        _repetitions = repetitions;
        _loader = _resources.Add(new BpfLoader());
        _rig = _resources.Add(new ContainerRig());
        var floor = BenchObjects.Floor;
        floor.SetConstant("other_ifindex", 1u);
        _floor = _resources.Add(_loader.Load(floor));
    }

    /// <summary>Measures one case for every contender; the empty program is subtracted.</summary>
    public IEnumerable<(string Contender, double Nanoseconds)> Run(Measure measure, Packet packet) => DedicatedRun(() =>
    {
        var contenders = new (string Name, BpfProgram Program)[]
        {
            (FloorTopology.Redirect, _floor.Program("redirect")),
            (FloorTopology.RedirectWithState, _floor.Program("redirect_with_state")),
            (Comparison.Ours, _rig.FromClient),
        };
        Random.Shared.Shuffle(contenders);
        using var replay = new Replay(_loader, packet, ChoiceOf(measure));
        var (flags, runs) = measure == NewFlow ? (Packet.Syn, NewFlowRuns) : (Packet.Ack, EstablishedRuns);
        var found = new List<(string, double)>();
        foreach (var (name, program) in contenders)
        {
            Open(replay, measure, program);
            double with = Median(() => Timed(replay, program, flags, runs, Redirect));
            double without = Median(() => replay.Run(replay.Empty, flags, runs, Pass));
            found.Add((name, with - without));
        }
        return found;
    });

    public void Dispose() => _resources.Dispose();

    private static PortChoice ChoiceOf(Measure measure) =>
        measure == Established ? PortChoice.SameFlow : measure == Shuffled ? PortChoice.ShuffledFlow : PortChoice.NextFlow;

    /// <summary>The first packet of each flow that is to be established.</summary>
    private void Open(Replay replay, Measure measure, BpfProgram program)
    {
        replay.Rewind();
        if (measure != NewFlow)
            replay.Run(program, Packet.Syn, measure == Shuffled ? Replay.Flows : 1, Redirect);
        if (program == _rig.FromClient)
            Settle();
    }

    private double Timed(Replay replay, BpfProgram program, byte flags, int runs, int verdict)
    {
        double nanoseconds = replay.Run(program, flags, runs, verdict);
        if (flags == Packet.Syn && program == _rig.FromClient)
            AwaitEvents(runs);
        return nanoseconds;
    }

    private void AwaitEvents(int expected)
    {
        int taken = 0;
        for (long deadline = Environment.TickCount64 + (long)s_eventsWithin.TotalMilliseconds; taken < expected; Thread.Sleep(1))
        {
            taken += _rig.TakeEvents();
            if (Environment.TickCount64 > deadline)
                throw new BenchException($"{taken} of {expected} new flows were told: the figure would not include the telling");
        }
    }

    /// <summary>Until no event is left of what was not counted.</summary>
    private void Settle()
    {
        do
        {
            Thread.Sleep(20);
        }
        while (_rig.TakeEvents() > 0);
    }

    private double Median(Func<double> run)
    {
        var values = new double[_repetitions];
        for (int i = 0; i < values.Length; i++)
            values[i] = run();
        return Statistics.Of(values).Median;
    }

    private static T DedicatedRun<T>(Func<T> work) => Linux.DedicatedThread.Run("program runs", () =>
    {
        Cpu.Enter();
        return work();
    });
}
