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
    private readonly PeerSet _peers = new(identities);

    /// <summary>The names that an endpoint gives to its ports count from now on in the tables of others. Safe to repeat.</summary>
    public void Declare(ushort endpointId, uint identity, IReadOnlyList<NamedPort> namedPorts) =>
        _peers.Declare(endpointId, identity, namedPorts);

    /// <summary>Publishes the first generation of an endpoint that was just attached; returns its number.</summary>
    /// <param name="namedPorts">The names that the endpoint gives to its ports.</param>
    public uint Start(ushort endpointId, Identity identity, IReadOnlyList<NamedPort> namedPorts, PolicySet policies)
    {
        var subject = new Subject(identity.Number, identity.Labels, namedPorts);
        Running running = Compile(policies, subject, _peers.Current, Capacity);
        running = _running.Values.FirstOrDefault(running.IsSame) ?? running;
        uint generation = Publish(endpointId, running.Tables);
        _running[endpointId] = running;
        Declare(endpointId, identity.Number, namedPorts);
        return generation;
    }

    /// <summary>The endpoint is no longer attached. Safe to repeat.</summary>
    public void Stop(ushort endpointId)
    {
        _running.Remove(endpointId);
        _peers.Forget(endpointId);
    }

    /// <summary>Adds the entries of new identities to all running tables.</summary>
    public void Introduce(IReadOnlyCollection<Identity> newcomers, PolicySet policies, Undo undo)
    {
        undo.Add("introduce identities", () => Withdraw([.. newcomers.Select(newcomer => newcomer.Number)]));
        var peers = new IdentitySet(newcomers);
        foreach (IGrouping<Running, ushort> alike in Grouped())
        {
            (Subject subject, EntryBook book) = (alike.Key.Subject, alike.Key.Entries);
            PolicyEntry[] entries = Entries(Bounded(subject, Capacity, allowed =>
                PolicyEngine.ResolveIdentities(policies, subject.Labels, peers, subject.NamedPorts, allowed)));
            if (entries.Length == 0)
                continue;
            // Known before they are written: what is written in part is taken out in full.
            book.Add(entries);
            foreach (ushort id in alike)
                datapath.AddEntries(id, entries);
        }
    }

    /// <summary>Removes the entries of identities that no address maps to any more. Safe to repeat.</summary>
    public void Withdraw(IReadOnlyCollection<uint> identities)
    {
        IGrouping<Running, ushort>[] concerned = [.. Grouped().Where(alike => identities.Any(alike.Key.Entries.Has))];
        if (concerned.Length == 0)
            return;
        // A packet that has found one of them a moment ago still looks for its entries.
        datapath.WaitForReaders();
        foreach (IGrouping<Running, ushort> alike in concerned)
        {
            EntryBook book = alike.Key.Entries;
            PolicyEntry[] gone = [.. identities.SelectMany(book.Of)];
            foreach (ushort id in alike)
                datapath.RemoveEntries(id, gone);
            foreach (uint identity in identities)
                book.Remove(identity);
        }
    }

    /// <summary>Makes the tables of each endpoint that these policies concern, without telling anybody.</summary>
    /// <exception cref="DatapathException">All tables together would not fit.</exception>
    public CompiledTables Compile(PolicySet policies)
    {
        IdentitySet peers = _peers.Current;
        ILookup<bool, Running> concerned = _running.Values.ToLookup(running => running.Basis != Basis.Of(policies, running.Subject, peers));
        long room = Capacity - concerned[false].Sum(running => (long)running.Entries.Count);
        var compiled = new Dictionary<Subject, Running>();
        foreach (IGrouping<Subject, Running> alike in concerned[true].GroupBy(running => running.Subject))
        {
            Running next = Compile(policies, alike.Key, peers, (int)Math.Max(0, room / alike.Count()));
            room -= (long)next.Entries.Count * alike.Count();
            compiled.Add(alike.Key, next);
        }

        return new CompiledTables(compiled);
    }

    /// <summary>Publishes a new generation to each endpoint whose tables these policies change; returns to which.</summary>
    /// <exception cref="DatapathException">All tables together would not fit.</exception>
    public IReadOnlyList<ushort> Apply(PolicySet policies, Undo undo) => Apply(Compile(policies), undo);

    /// <summary>Publishes what has just been compiled, where it is something else than what runs; returns to which endpoints.</summary>
    public IReadOnlyList<ushort> Apply(CompiledTables tables, Undo undo)
    {
        var published = new List<ushort>();
        foreach ((ushort id, Running running) in _running.ToArray())
        {
            if (!tables.BySubject.TryGetValue(running.Subject, out Running? next))
                continue;
            if (running.IsSame(next))
            {
                running.Basis = next.Basis;
                continue;
            }

            undo.Add($"publish to endpoint {id}", () => PublishBack(id, running));
            Publish(id, next);
            published.Add(id);
        }

        return published;
    }

    /// <summary>Endpoints by the tables that they share.</summary>
    private IGrouping<Running, ushort>[] Grouped() => [.. _running.GroupBy(pair => pair.Value, pair => pair.Key)];

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

    private int Capacity => datapath.ReadFill().PolicyCapacity;

    /// <param name="room">Lines of the policy table that are left for each endpoint that is such a subject.</param>
    private Running Compile(PolicySet policies, Subject subject, IdentitySet peers, int room)
    {
        EndpointPolicy policy = Bounded(subject, room, allowed => PolicyEngine.Resolve(policies, subject.Labels, peers, allowed, subject.NamedPorts));
        return new Running(subject, Default(policy.Ingress), Default(policy.Egress), new EntryBook(Entries(policy))) { Basis = Basis.Of(policies, subject, peers) };
    }

    /// <exception cref="DatapathException">There is no room for all that comes out.</exception>
    private EndpointPolicy Bounded(Subject subject, int room, Func<ResolveOptions, EndpointPolicy> resolve)
    {
        try
        {
            return resolve(options with { MostEntries = room });
        }
        catch (TableSizeException full)
        {
            throw new DatapathException($"the policy table is full: with policy '{full.Rule.Policy}' (up to {full.Rule}) an endpoint with the labels "
                + $"{subject.Labels} needs more than {room} lines, and {room} of {Capacity} are left for it; name fewer peers or ports");
        }
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

    /// <summary>Tables that are made and known to fit, by what they are for.</summary>
    public sealed class CompiledTables
    {
        internal CompiledTables(IReadOnlyDictionary<Subject, Running> bySubject) => BySubject = bySubject;

        internal IReadOnlyDictionary<Subject, Running> BySubject { get; }
    }

    /// <summary>What endpoints run; one for all whose tables are the same.</summary>
    internal sealed class Running(Subject subject, DirectionDefault ingress, DirectionDefault egress, EntryBook entries)
    {
        public Subject Subject => subject;

        public EntryBook Entries => entries;

        /// <summary>With the same one the tables need not be made anew: identities that come or go since change it.</summary>
        public required Basis Basis { get; set; }

        public PolicyTables Tables { get; } = new(subject.Identity, ingress, egress, entries);

        public bool IsSame(Running other) =>
            Subject.Equals(other.Subject) && Tables.Ingress == other.Tables.Ingress && Tables.Egress == other.Tables.Egress && Entries.IsSame(other.Entries);
    }

    /// <summary>What a subject's tables were made from.</summary>
    /// <param name="Rules">See <see cref="PolicySet.RulesFor"/>.</param>
    /// <param name="Peers">Revision of the identities.</param>
    internal readonly record struct Basis(object Rules, long Peers)
    {
        public static Basis Of(PolicySet policies, Subject subject, IdentitySet peers) => new(policies.RulesFor(subject.Labels), peers.Revision);
    }

    /// <summary>All that an endpoint's tables depend on beside policies and peers: equal subjects have equal tables.</summary>
    internal sealed record Subject(uint Identity, LabelSet Labels, IReadOnlyList<NamedPort> NamedPorts)
    {
        public bool Equals(Subject? other) => other?.Identity == Identity && NamedPorts.SequenceEqual(other.NamedPorts);

        public override int GetHashCode() => HashCode.Combine(Identity, NamedPorts.Count);
    }
}
