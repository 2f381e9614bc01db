using Ciliate.Bench.Processes;
using Ciliate.Bench.Results;
using Ciliate.Bench.Topologies;
using Ciliate.Bench.Workloads;

namespace Ciliate.Bench;

/// <summary>All topologies, standing side by side for the whole run, and the slices that are measured on them.</summary>
internal sealed class EndToEnd : IDisposable
{
    private static readonly Workload[] s_workloads = [new RequestResponse(), new ConnectRequestResponse(), new DatagramRequestResponse()];

    private static readonly Func<Topology>[] s_others =
        [VethTopology.Make, FloorTopology.MakeRedirect, FloorTopology.MakeRedirectWithState, BridgeTopology.Make];

    private readonly Options _options;
    private readonly Resources _resources = new();
    private readonly List<Topology> _topologies = [];
    private readonly Latencies _latencies = new();
    private readonly CiliateNode _node;

    private EndToEnd(Options options, CancellationToken cancellation)
    {
        _options = options;
        try
        {
            _node = Add(CiliateNode.Make(options.Binaries), node => node.Topology);
            foreach (var make in s_others)
            {
                cancellation.ThrowIfCancellationRequested();
                Add(make(), topology => topology);
            }
            _topologies.ForEach(topology => topology.WaitUntilConnected());
        }
        catch
        {
            _resources.Dispose();
            throw;
        }
    }

    /// <summary>Null when no case is wanted that needs a wire.</summary>
    public static EndToEnd? Make(Options options, CancellationToken cancellation)
    {
        bool wanted = Family.All.Any(family => s_workloads.Any(workload => IsWanted(options, workload, family.Name)))
            || options.Wants(Memory.Resident, "") || options.Wants(Memory.Maps, "");
        return wanted ? new EndToEnd(options, cancellation) : null;
    }

    /// <summary>What the agent holds now, with its two endpoints.</summary>
    public void MeasureMemory(Series series)
    {
        if (_options.Wants(Memory.Resident, ""))
            series.Add(Memory.Resident, "", Comparison.Ours, Memory.ResidentOf(_node.Agent.Id));
        if (_options.Wants(Memory.Maps, ""))
            series.Add(Memory.Maps, "", Comparison.Ours, Memory.MapsOf(_node.Agent.Id));
    }

    /// <summary>The slices of one round.</summary>
    public IEnumerable<(string What, Action Run)> Slices(Series series) =>
        from family in Family.All
        from workload in s_workloads
        where IsWanted(_options, workload, family.Name)
        from topology in _topologies
        select ($"{workload.Measures[0].Name}/{family.Name} on {topology}", (Action)(() => Measure(series, workload, topology, family)));

    public void Dispose() => _resources.Dispose();

    private static bool IsWanted(Options options, Workload workload, string family) =>
        workload.Measures.Any(measure => options.Wants(measure, family));

    private void Measure(Series series, Workload workload, Topology topology, Family family)
    {
        foreach (var (measure, value) in workload.Run(topology, family.Kernel, _options.Slice, _latencies))
        {
            if (_options.Wants(measure, family.Name))
                series.Add(measure, family.Name, topology.Name, value);
        }
    }

    private T Add<T>(T made, Func<T, Topology> topologyOf)
    {
        _topologies.Add(_resources.Add(topologyOf(made)));
        return made;
    }
}
