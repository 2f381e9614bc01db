using Ciliate.Bench.Control;
using Ciliate.Bench.Neighbours;
using Ciliate.Bench.Processes;
using Ciliate.Bench.Programs;
using Ciliate.Bench.Results;
using Ciliate.Bench.Workloads;

namespace Ciliate.Bench;

/// <summary>One run: rounds of slices, each round in an order of its own, so that whatever disturbs the machine disturbs all
/// alike.</summary>
internal sealed class Run(Options options, Progress progress, CancellationToken cancellation)
{
    private static readonly Measure s_start = new("cli-start", "ms", LowerIsBetter: true);
    private static readonly (string Variant, string Argument)[] s_starts = [("version", "version"), ("help", "--help")];
    private static readonly string[] s_families = ["ipv4", IPv6];
    private const string IPv6 = "ipv6";

    /// <summary>Spawns of each program, all rounds together.</summary>
    private const int Spawns = 50;

    private readonly Series _series = new();

    public Series Measure()
    {
        Cpu.Leave();
        progress.Say("setting up");
        using var endToEnd = EndToEnd.Make(options, cancellation);
        endToEnd?.MeasureMemory(_series);
        using var neighbours = NeighbourRuns.Make(options);
        using var control = ControlRuns.Make(options, _series);
        ProgramSizes.Measure(options, _series);
        for (int round = 1; round <= options.Rounds; round++)
        {
            (string What, Action Run)[] slices =
            [
                .. endToEnd?.Slices(_series) ?? [], .. neighbours?.Slices(_series) ?? [], .. control?.Slices(_series) ?? [],
                .. ProgramSlice(), .. CollectionSlice(), .. TailoringSlice(), .. StartSlice(),
            ];
            Random.Shared.Shuffle(slices);
            foreach (var (what, run) in slices)
            {
                cancellation.ThrowIfCancellationRequested();
                progress.Say($"round {round} of {options.Rounds}", what);
                run();
            }
        }
        control?.MeasureManyPolicies(_series);
        progress.Say("taking down");
        return _series;
    }

    private IEnumerable<(string What, Action Run)> ProgramSlice()
    {
        var wanted = (
            from packetCase in PacketCase.All
            from family in s_families
            where options.Wants(packetCase.Measure, family)
            select (packetCase, family)).ToArray();
        if (wanted.Length > 0)
            yield return ("programs", () => RunPrograms(wanted));
    }

    private void RunPrograms((PacketCase Case, string Family)[] wanted)
    {
        Random.Shared.Shuffle(wanted);
        foreach (var (packetCase, family) in wanted)
        {
            cancellation.ThrowIfCancellationRequested();
            using var programs = new ProgramRuns(packetCase, family == IPv6, repetitions: options.Quick ? 1 : 5);
            foreach (var (contender, nanoseconds) in Named($"{packetCase.Measure.Name}/{family}", programs.Run))
                _series.Add(packetCase.Measure, family, contender, nanoseconds);
        }
    }

    private static T Named<T>(string what, Func<T> run)
    {
        try
        {
            return run();
        }
        catch (BenchException error)
        {
            throw new BenchException($"{what}: {error.Message}");
        }
    }

    private IEnumerable<(string What, Action Run)> CollectionSlice()
    {
        if (CollectionRuns.Measures.Any(measure => options.Wants(measure, "")))
            yield return ("collection", () => Add(CollectionRuns.Run()));
    }

    private IEnumerable<(string What, Action Run)> TailoringSlice()
    {
        if (TailoringRuns.Measures.Any(measure => options.Wants(measure, "")))
            yield return ("tailoring", () => Add(TailoringRuns.Run()));
    }

    private void Add(IEnumerable<Figure> figures)
    {
        foreach (var (measure, value) in figures.Where(figure => options.Wants(figure.Measure, "")))
            _series.Add(measure, "", Comparison.Ours, value);
    }

    private IEnumerable<(string What, Action Run)> StartSlice()
    {
        foreach (var (variant, argument) in s_starts)
        {
            if (options.Wants(s_start, variant))
                yield return ($"cli-start/{variant}", () => MeasureStart(variant, argument));
        }
    }

    private void MeasureStart(string variant, string argument) => Linux.DedicatedThread.Run("spawns", () =>
    {
        Cpu.Enter();
        int spawns = options.Quick ? 2 : (Spawns + options.Rounds - 1) / options.Rounds;
        var ours = new double[spawns];
        var least = new double[spawns];
        for (int i = 0; i < spawns; i++)
        {
            ours[i] = SpawnTime.Of(Path.Combine(options.Binaries, "ciliate"), argument);
            least[i] = SpawnTime.Of("/bin/true");
        }
        _series.Add(s_start, variant, Comparison.Ours, Statistics.Of(ours).Median);
        _series.Add(s_start, variant, "/bin/true", Statistics.Of(least).Median);
        return true;
    });
}
