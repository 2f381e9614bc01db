using Ciliate.Bench.Results;
using Ciliate.Bench.Topologies;
using Ciliate.Bench.Workloads;

namespace Ciliate.Bench.Neighbours;

/// <summary>What a container that has used up its share of the flow table costs its neighbours. Two nodes are made alike, but on one a third
/// container has opened all the flows it could, and goes on trying. On the other it is idle, or sends as many packets on one flow: what its
/// packets cost by themselves.</summary>
internal sealed class NeighbourRuns : IDisposable
{
    public static readonly Measure Connections = new("neighbour-connections", "1/s", LowerIsBetter: false);
    public static readonly Measure LostFlows = new("neighbour-lost-flows", "flows", LowerIsBetter: true);
    public static readonly Measure Drops = new("neighbour-drops", "packets", LowerIsBetter: true);

    /// <summary>What it is compared with.</summary>
    public const string Idle = "ciliate, neighbour idle", OneFlow = "ciliate, neighbour on one flow";

    private const string Hostile = "hostile";

    /// <summary>With all ports of the node twice as many flows as the half of the table that one container can get.</summary>
    private const int FloodingSockets = 4;
    private const int Standing = 32;

    private readonly Options _options;
    private readonly Resources _resources = new();
    private readonly Latencies _latencies = new();
    private readonly ConnectRequestResponse _workload = new();
    private readonly CiliateNode _crowded, _quiet;
    private readonly Flooder _flood, _trickle;
    private readonly Dictionary<Family, StandingConnections> _standing = [];

    private NeighbourRuns(Options options)
    {
        _options = options;
        try
        {
            (_crowded, _quiet) = (MakeNode(), MakeNode());
            foreach (var family in Family.All)
                _standing[family] = _resources.Add(new StandingConnections(_crowded.Topology, family.Kernel, Standing));
            _trickle = _resources.Add(new Flooder(_quiet.Add(Hostile), _quiet.Gateways(), sockets: 1, ports: 1));
            _flood = _resources.Add(new Flooder(_crowded.Add(Hostile), _crowded.Gateways(), FloodingSockets, ushort.MaxValue));
            _flood.SendOnAll();
        }
        catch
        {
            _resources.Dispose();
            throw;
        }
    }

    /// <summary>Null when no case is wanted.</summary>
    public static NeighbourRuns? Make(Options options) =>
        Family.All.Any(family => IsWanted(options, family)) ? new NeighbourRuns(options) : null;

    /// <summary>The slices of one round.</summary>
    public IEnumerable<(string What, Action Run)> Slices(Series series)
    {
        foreach (var family in Family.All.Where(family => IsWanted(_options, family)))
        {
            yield return (What(Comparison.Ours), () => MeasureCrowded(series, family));
            yield return (What(Idle), () => Add(series, Connections, family, Idle, RateOn(_quiet, family)));
            yield return (What(OneFlow), () =>
                Add(series, Connections, family, OneFlow, _trickle.SendDuring(() => RateOn(_quiet, family))));

            string What(string contender) => $"{Connections.Name}/{family.Name} on {contender}";
        }
    }

    public void Dispose() => _resources.Dispose();

    private static bool IsWanted(Options options, Family family) =>
        new[] { Connections, LostFlows, Drops }.Any(measure => options.Wants(measure, family.Name));

    private CiliateNode MakeNode()
    {
        // The flood's flows last for the run; those of the neighbours go soon, so that they stay below their own limit.
        var node = CiliateNode.Make(_options.Binaries, "--flow-timeout-other", "86400", "--flow-timeout-tcp-fin", "1");
        _resources.Add(node.Topology).WaitUntilConnected();
        return node;
    }

    private void MeasureCrowded(Series series, Family family)
    {
        long refused = _crowded.DropsOf(Hostile), dropped = DropsOfNeighbours();
        double rate = _flood.SendDuring(() => RateOn(_crowded, family));
        if (_crowded.DropsOf(Hostile) == refused)
            throw new BenchException("the flooding container was refused nothing: it was not at its limit");
        Add(series, Connections, family, Comparison.Ours, rate);
        Add(series, LostFlows, family, Comparison.Ours, _standing[family].CountLost());
        Add(series, Drops, family, Comparison.Ours, DropsOfNeighbours() - dropped);
    }

    private double RateOn(CiliateNode node, Family family) => _workload
        .Run(node.Topology, family.Kernel, _options.Slice, _latencies)
        .Single(figure => figure.Measure == ConnectRequestResponse.Rate).Value;

    private long DropsOfNeighbours() => _crowded.DropsOf(CiliateNode.Client) + _crowded.DropsOf(CiliateNode.Server);

    private void Add(Series series, Measure measure, Family family, string contender, double value)
    {
        if (_options.Wants(measure, family.Name))
            series.Add(measure, family.Name, contender, value);
    }
}
