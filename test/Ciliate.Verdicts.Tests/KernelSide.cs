using System.Net;
using Ciliate.Bpf;
using Ciliate.Datapath;
using Ciliate.Datapath.Tailoring;
using Ciliate.Testing;

namespace Ciliate.Verdicts.Tests;

/// <summary>Maps of its own for the containers of a <see cref="World"/>, and programs: those that all share, or each container's own.</summary>
internal sealed class KernelSide : IDisposable
{
    private readonly BpfFileSystem _bpffs = new();
    private readonly KernelDatapath _datapath;
    private const int RoundsOfTables = 32;

    private readonly IReadOnlyList<EndpointWiring> _containers;
    private readonly List<IPNetwork> _prefixes = [];
    private readonly bool _compared;
    private TailoredPair[] _tailored = [];
    private int _rounds;

    /// <param name="options">The root is this side's to fill in.</param>
    /// <param name="containers">With the ids 1 and on.</param>
    /// <param name="compared">What its programs tell is observed, too.</param>
    public KernelSide(DatapathOptions options, IReadOnlyList<EndpointWiring> containers, bool tailored, bool compared)
    {
        _compared = compared;
        _containers = containers;
        options = options with { Root = _bpffs.Path };
        _datapath = tailored ? KernelDatapath.OpenTables(options) : KernelDatapath.Open(options);
        foreach (var container in containers)
            _datapath.RegisterEndpoint(container);
        if (tailored)
            _tailored = [.. containers.Select(container => _datapath.Tailor(container))];
    }

    public KernelDatapath Datapath => _datapath;

    /// <summary>Puts a round's tables and prefixes in the place of those before.</summary>
    public void Publish(Engine engine, Func<PolicyEntry, PolicyEntry>? change)
    {
        foreach (var prefix in _prefixes)
            _datapath.DeleteIpcache(prefix);
        _prefixes.Clear();
        foreach (var identity in engine.Prefixes)
        {
            _datapath.UpsertIpcache(identity.Prefix!.Value, identity.Number);
            _prefixes.Add(identity.Prefix.Value);
        }
        for (int i = 0; i < World.ContainerCount; i++)
            _datapath.Publish((ushort)(i + 1), engine.TablesOf(i, change));
        // The policy of such a round is part of the programs; they are those of a generation past in the rounds that follow.
        if (_tailored.Length > 0 && _rounds++ % RoundsOfTables == 0)
            MakeAgain();
    }

    public void Know(IPAddress ipv4, IPAddress ipv6, uint identity)
    {
        _datapath.UpsertIpcache(Stations.Whole(ipv4), identity);
        _datapath.UpsertIpcache(Stations.Whole(ipv6), identity);
    }

    /// <summary>In the namespace of the interfaces.</summary>
    /// <param name="container">Whose program it is, by its index.</param>
    public Observation Run(string program, int container, TestRunInput input) =>
        Run(_tailored.Length > 0 ? _tailored[container].Program(program) : _datapath.Program(program), input);

    public Observation Run(BpfProgram program, TestRunInput input)
    {
        var run = program.TestRun(input);
        return _compared ? Observation.Of(run, _datapath) : Observation.Of(run);
    }

    public void Dispose()
    {
        DisposePrograms();
        _datapath.Dispose();
        _bpffs.Dispose();
    }

    private void MakeAgain()
    {
        DisposePrograms();
        _tailored = [];
        _tailored = [.. _containers.Select(container => _datapath.Tailor(container, _datapath.ReadSmallPolicy(container.Id)))];
    }

    private void DisposePrograms()
    {
        foreach (var pair in _tailored)
            pair.Dispose();
    }
}
