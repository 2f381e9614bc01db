using System.Diagnostics;
using System.Globalization;
using Ciliate.Bench.Processes;
using Ciliate.Bench.Results;
using Ciliate.Bench.Workloads;

namespace Ciliate.Bench.Control;

/// <summary>What changes cost: how long until they are live, what they leave in memory, and what goes on meanwhile.</summary>
internal sealed class ControlRuns : IDisposable
{
    private static readonly Measure s_liveMedian = new("policy-live-p50", "ms", LowerIsBetter: true);
    private static readonly Measure s_liveWorst = new("policy-live-p99", "ms", LowerIsBetter: true);
    private static readonly Measure s_creation = new("endpoint-create", "ms", LowerIsBetter: true);
    private static readonly Measure s_start = new("agent-start", "ms", LowerIsBetter: true);
    private static readonly Measure s_settled = new("programs-settled", "s", LowerIsBetter: true);
    private static readonly Measure s_idle = new("agent-idle-cpu", "%", LowerIsBetter: true);
    private static readonly Measure s_churn = new("identity-churn", "1/s", LowerIsBetter: false);
    private static readonly Measure s_asked = new("api-latency-p99", "ms", LowerIsBetter: true);
    private static readonly Measure[] s_measures =
        [s_liveMedian, s_liveWorst, s_creation, s_start, s_settled, s_idle, s_churn, s_asked, Memory.Resident, Memory.Maps];

    private const string One = "1-endpoint", Hundred = "100-endpoints", ManyPolicies = "30000-policies", Idle = "idle", Churn = "10000-identities";

    private static readonly string[] s_variants = [One, Hundred, ManyPolicies, Idle, Churn];

    /// <summary>Identities that come, and go, in a second: a batch each tenth of it.</summary>
    private const int IdentitiesPerSecond = 1000, BatchesPerSecond = 10;

    private const int PoliciesAtOnce = 1000;

    private readonly Options _options;
    private readonly ScaleNode _node;
    private readonly int _containers, _changes, _policies;
    private int _port = 1024;
    private int _batch;

    private ControlRuns(Options options, Series series)
    {
        _options = options;
        (_containers, _changes, _policies) = options.Quick ? (3, 3, 2 * PoliciesAtOnce) : (100, 100, 30 * PoliciesAtOnce);
        _node = new ScaleNode(options.Binaries);
        try
        {
            Add(series, s_creation, Hundred, _node.AddContainer());
            _node.Settle();
            MeasureMemory(series, One);
            for (int i = 1; i < _containers; i++)
                Add(series, s_creation, Hundred, _node.AddContainer());
            _node.Settle();
            MeasureMemory(series, Hundred);
        }
        catch
        {
            _node.Dispose();
            throw;
        }
    }

    /// <summary>Null when no case is wanted.</summary>
    public static ControlRuns? Make(Options options, Series series) =>
        s_measures.Any(measure => s_variants.Any(variant => options.Wants(measure, variant))) ? new ControlRuns(options, series) : null;

    /// <summary>The slices of one round.</summary>
    public IEnumerable<(string What, Action Run)> Slices(Series series)
    {
        yield return ($"{s_liveMedian.Name}/{One}", () => MeasureLive(series, One, "c0"));
        yield return ($"{s_liveMedian.Name}/{Hundred}", () => MeasureLive(series, Hundred, app: null));
        yield return (s_start.Name, () => MeasureStart(series));
        yield return (s_idle.Name, () => MeasureIdle(series));
        yield return (s_churn.Name, () => MeasureChurn(series));
    }

    /// <summary>After all rounds: nothing is taken back.</summary>
    public void MeasureManyPolicies(Series series)
    {
        if (!new[] { Memory.Resident, Memory.Maps, s_liveMedian, s_liveWorst }.Any(measure => _options.Wants(measure, ManyPolicies)))
            return;
        for (int first = 0; first < _policies; first += PoliciesAtOnce)
            _node.Apply(ScalePolicies.Many(first, PoliciesAtOnce, _containers));
        MeasureMemory(series, ManyPolicies);
        MeasureLive(series, ManyPolicies, "c0");
    }

    public void Dispose() => _node.Dispose();

    private void MeasureLive(Series series, string variant, string? app)
    {
        double[] times = [.. Enumerable.Range(0, _changes).Select(_ => _node.Apply(ScalePolicies.OnPort(app, ++_port % 60000)))];
        Add(series, s_liveMedian, variant, Statistics.Of(times).Median);
        Add(series, s_liveWorst, variant, Percentile99(times));
    }

    /// <summary>Until the agent answers, and from then until its containers have their own programs again: all other cases are of that state.</summary>
    private void MeasureStart(Series series)
    {
        Add(series, s_start, Hundred, _node.Restart());
        Add(series, s_settled, Hundred, _node.Settle());
    }

    private void MeasureMemory(Series series, string variant)
    {
        // What it holds, not what it took to get there: the agent gives memory back every few seconds.
        Thread.Sleep(TimeSpan.FromSeconds(_options.Quick ? 0 : 7));
        Add(series, Memory.Resident, variant, Memory.ResidentOf(_node.ProcessId));
        Add(series, Memory.Maps, variant, Memory.MapsOf(_node.ProcessId));
    }

    private void MeasureIdle(Series series)
    {
        TimeSpan before = CpuOf(_node.ProcessId);
        long start = Stopwatch.GetTimestamp();
        Thread.Sleep(_options.Quick ? TimeSpan.FromMilliseconds(100) : TimeSpan.FromSeconds(10));
        Add(series, s_idle, Hundred, 100 * (CpuOf(_node.ProcessId) - before) / Stopwatch.GetElapsedTime(start));
    }

    /// <summary>Identities come and go while somebody else asks all the time.</summary>
    private void MeasureChurn(Series series)
    {
        int batches = _options.Quick ? 3 : 10 * BatchesPerSecond;
        Add(series, s_asked, Idle, Percentile99([.. Enumerable.Range(0, batches).Select(_ => _node.Ask())]));
        Add(series, Memory.Resident, Idle, Memory.ResidentOf(_node.ProcessId));
        bool ended = false;
        Task<double[]> asking = Task.Run(() =>
        {
            var times = new List<double>();
            do
                times.Add(_node.Ask());
            while (!Volatile.Read(ref ended));
            return times.ToArray();
        });
        long start = Stopwatch.GetTimestamp();
        for (int i = 0; i < batches; i++)
        {
            _node.Apply(ScalePolicies.Prefixes(_batch++, IdentitiesPerSecond / BatchesPerSecond));
            TimeSpan early = TimeSpan.FromSeconds((i + 1.0) / BatchesPerSecond) - Stopwatch.GetElapsedTime(start);
            if (early > TimeSpan.Zero)
                Thread.Sleep(early);
        }

        double rate = batches * (IdentitiesPerSecond / BatchesPerSecond) / Stopwatch.GetElapsedTime(start).TotalSeconds;
        Volatile.Write(ref ended, true);
        Add(series, s_asked, Churn, Percentile99(asking.GetAwaiter().GetResult()));
        Add(series, s_churn, Churn, rate);
        Add(series, Memory.Resident, Churn, Memory.ResidentOf(_node.ProcessId));
    }

    private void Add(Series series, Measure measure, string variant, double value)
    {
        if (_options.Wants(measure, variant))
            series.Add(measure, variant, Comparison.Ours, value);
    }

    private static double Percentile99(double[] values) => values.Order().ElementAt((int)Math.Ceiling(values.Length * 0.99) - 1);

    /// <summary>In user space and in the kernel, so far; in steps of 10 ms.</summary>
    private static TimeSpan CpuOf(int process)
    {
        const int user = 11, system = 12, ticksPerSecond = 100;
        // The name in brackets may hold blanks.
        string[] fields = File.ReadAllText($"/proc/{process}/stat").Split(')')[^1].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        long ticks = long.Parse(fields[user], CultureInfo.InvariantCulture) + long.Parse(fields[system], CultureInfo.InvariantCulture);
        return TimeSpan.FromSeconds((double)ticks / ticksPerSecond);
    }
}
