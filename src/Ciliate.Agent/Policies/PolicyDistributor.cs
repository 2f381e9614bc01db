using Ciliate.Agent.Control;
using Ciliate.Agent.Endpoints;
using Ciliate.Agent.Identities;
using Ciliate.Agent.Metrics;
using Ciliate.Agent.State;
using Ciliate.Datapath;
using Ciliate.Policy;
using Prometheus;

namespace Ciliate.Agent.Policies;

/// <summary>
/// Brings policies to the endpoints' tables in the kernel.
/// <code>
/// policies × labels × identities ─▶ verdict tables ─ differ from what runs? ─▶ a new generation, live by one store
/// an identity comes ─▶ entries into the running tables, before any address maps to it
/// an identity goes  ─▶ entries out of them, after no address maps to it
/// </code>
/// Used from the control loop only.
/// </summary>
public sealed class PolicyDistributor(
    IDatapath datapath, Table<ushort, Endpoint> endpoints, IdentityAllocator identities, RuleCatalog rules, ResolveOptions options,
    AgentMetrics metrics)
{
    private readonly Dictionary<ushort, Running> _running = [];
    private readonly Dictionary<ushort, (uint Identity, IReadOnlyList<NamedPort> Ports)> _namedPorts = [];

    /// <summary>The names that an endpoint gives to its ports count from now on in the tables of others. Safe to repeat.</summary>
    public void Declare(ushort endpointId, uint identity, IReadOnlyList<NamedPort> namedPorts) =>
        _namedPorts[endpointId] = (identity, namedPorts);

    /// <summary>Publishes the first generation of an endpoint that was just attached; returns its number.</summary>
    /// <param name="namedPorts">The names that the endpoint gives to its ports.</param>
    public uint Start(ushort endpointId, Identity identity, IReadOnlyList<NamedPort> namedPorts, PolicySet policies)
    {
        var subject = new Subject(identity.Number, identity.Labels, namedPorts);
        PolicyTables tables = Compile(policies, subject, Peers());
        uint generation = Publish(endpointId, tables);
        _running[endpointId] = new Running(subject, tables);
        Declare(endpointId, identity.Number, namedPorts);
        return generation;
    }

    /// <summary>The endpoint is no longer attached. Safe to repeat.</summary>
    public void Stop(ushort endpointId)
    {
        _running.Remove(endpointId);
        _namedPorts.Remove(endpointId);
    }

    /// <summary>Adds the entries of new identities to all running tables.</summary>
    public void Introduce(IReadOnlyCollection<Identity> newcomers, PolicySet policies, Undo undo)
    {
        undo.Add("introduce identities", () => Withdraw([.. newcomers.Select(newcomer => newcomer.Number)]));
        var peers = new IdentitySet(newcomers);
        var resolved = new Dictionary<Subject, PolicyEntry[]>();
        foreach ((ushort id, Running running) in _running.ToArray())
        {
            if (!resolved.TryGetValue(running.Subject, out PolicyEntry[]? entries))
            {
                resolved[running.Subject] = entries = Entries(PolicyEngine.ResolveIdentities(
                    policies, running.Subject.Labels, peers, running.Subject.NamedPorts));
            }

            if (entries.Length == 0)
                continue;
            // Known before they are written: what is written in part is taken out in full.
            _running[id] = running with { Tables = running.Tables with { Entries = [.. running.Tables.Entries, .. entries] } };
            datapath.AddEntries(id, entries);
        }
    }

    /// <summary>Removes the entries of identities that no address maps to any more. Safe to repeat.</summary>
    public void Withdraw(IReadOnlyCollection<uint> identities)
    {
        HashSet<uint> gone = [.. identities];
        KeyValuePair<ushort, Running>[] concerned =
            [.. _running.Where(pair => pair.Value.Tables.Entries.Any(entry => gone.Contains(entry.Peer)))];
        if (concerned.Length == 0)
            return;
        // A packet that has found one of them a moment ago still looks for its entries.
        datapath.WaitForReaders();
        foreach ((ushort id, Running running) in concerned)
        {
            ILookup<bool, PolicyEntry> entries = running.Tables.Entries.ToLookup(entry => gone.Contains(entry.Peer));
            datapath.RemoveEntries(id, [.. entries[true]]);
            _running[id] = running with { Tables = running.Tables with { Entries = [.. entries[false]] } };
        }
    }

    /// <summary>Publishes a new generation to each endpoint whose tables these policies change; returns to which.</summary>
    public IReadOnlyList<ushort> Apply(PolicySet policies, Undo undo)
    {
        IdentitySet peers = Peers();
        var compiled = new Dictionary<Subject, PolicyTables>();
        var published = new List<ushort>();
        foreach ((ushort id, Running running) in _running.ToArray())
        {
            if (!compiled.TryGetValue(running.Subject, out PolicyTables? tables))
                compiled[running.Subject] = tables = Compile(policies, running.Subject, peers);
            if (IsSame(running.Tables, tables))
                continue;
            undo.Add($"publish to endpoint {id}", () => PublishBack(id, running));
            Publish(id, running with { Tables = tables });
            published.Add(id);
        }

        return published;
    }

    /// <summary>What was refused has changed nothing, and there may be no room to write it once more.</summary>
    private void PublishBack(ushort id, Running before)
    {
        if (_running[id] != before)
            Publish(id, before);
    }

    private void Publish(ushort id, Running running)
    {
        uint generation = Publish(id, running.Tables);
        _running[id] = running;
        if (endpoints.Find(id) is { } endpoint)
            endpoints.Put(id, endpoint with { Generation = generation });
    }

    private uint Publish(ushort id, PolicyTables tables)
    {
        Prometheus.ITimer timer = metrics.GenerationTime.NewTimer();
        uint generation = metrics.FailedGenerations.CountExceptions(() => datapath.Publish(id, tables));
        timer.ObserveDuration();
        metrics.Generations.Inc();
        return generation;
    }

    private IdentitySet Peers()
    {
        ILookup<uint, NamedPort> ports = _namedPorts.Values
            .SelectMany(declared => declared.Ports.Select(port => (declared.Identity, port)))
            .Distinct().ToLookup(pair => pair.Identity, pair => pair.port);
        return new(identities.Identities.Rows.Where(row => row.Holders > 0).Select(row => row.Prefix is { } prefix
            ? Identity.OfPrefix(row.Id, prefix)
            : new Identity(row.Id, row.Labels) { NamedPorts = [.. ports[row.Id]] }));
    }

    private PolicyTables Compile(PolicySet policies, Subject subject, IdentitySet peers)
    {
        EndpointPolicy policy = PolicyEngine.Resolve(policies, subject.Labels, peers, options, subject.NamedPorts);
        return new PolicyTables(subject.Identity, Default(policy.Ingress), Default(policy.Egress), Entries(policy));
    }

    private PolicyEntry[] Entries(EndpointPolicy policy) =>
    [
        .. policy.Ingress.Entries.Select(entry => Entry(Datapath.TrafficDirection.Ingress, entry)),
        .. policy.Egress.Entries.Select(entry => Entry(Datapath.TrafficDirection.Egress, entry)),
    ];

    private PolicyEntry Entry(Datapath.TrafficDirection direction, VerdictEntry entry) =>
        new(direction, entry.Peer, entry.Protocol, entry.Port, entry.PortPrefixLength, entry.Deny, entry.Precedence, rules.IdOf(entry.Rule));

    private static DirectionDefault Default(DirectionPolicy direction) =>
        new(direction.Enforced, direction.Enforced ? ReservedRules.DefaultDeny : ReservedRules.NotEnforced);

    private static bool IsSame(PolicyTables one, PolicyTables other) =>
        one.Identity == other.Identity && one.Ingress == other.Ingress && one.Egress == other.Egress
        && one.Entries.Count == other.Entries.Count && one.Entries.ToHashSet().SetEquals(other.Entries);

    private sealed record Running(Subject Subject, PolicyTables Tables);

    /// <summary>All that an endpoint's tables depend on beside policies and peers: equal subjects have equal tables.</summary>
    private sealed record Subject(uint Identity, LabelSet Labels, IReadOnlyList<NamedPort> NamedPorts)
    {
        public bool Equals(Subject? other) => other?.Identity == Identity && NamedPorts.SequenceEqual(other.NamedPorts);

        public override int GetHashCode() => HashCode.Combine(Identity, NamedPorts.Count);
    }
}
