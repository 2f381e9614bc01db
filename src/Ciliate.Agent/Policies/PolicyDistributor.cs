using Ciliate.Agent.Control;
using Ciliate.Agent.Endpoints;
using Ciliate.Agent.Identities;
using Ciliate.Agent.State;
using Ciliate.Datapath;
using Ciliate.Policy;

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
    IDatapath datapath, Table<ushort, Endpoint> endpoints, IdentityAllocator identities, RuleCatalog rules, ResolveOptions options)
{
    private readonly Dictionary<ushort, Running> _running = [];

    /// <summary>Publishes the first generation of an endpoint that was just attached; returns its number.</summary>
    public uint Start(ushort endpointId, Identity identity, PolicySet policies)
    {
        PolicyTables tables = Compile(policies, identity, Peers());
        uint generation = datapath.Publish(endpointId, tables);
        _running[endpointId] = new Running(identity, tables);
        return generation;
    }

    /// <summary>The endpoint is no longer attached. Safe to repeat.</summary>
    public void Stop(ushort endpointId) => _running.Remove(endpointId);

    /// <summary>Adds the entries of a new identity to all running tables.</summary>
    public void Introduce(Identity newcomer, PolicySet policies, Undo undo)
    {
        undo.Add($"introduce identity {newcomer.Number}", () => Withdraw(newcomer.Number));
        IdentitySet newcomers = new([newcomer]);
        foreach ((ushort id, Running running) in _running.ToArray())
        {
            PolicyEntry[] entries = Entries(PolicyEngine.ResolveIdentities(policies, running.Identity.Labels, newcomers));
            if (entries.Length == 0)
                continue;
            datapath.AddEntries(id, entries);
            _running[id] = running with { Tables = running.Tables with { Entries = [.. running.Tables.Entries, .. entries] } };
        }
    }

    /// <summary>Removes the entries of an identity that no address maps to any more. Safe to repeat.</summary>
    public void Withdraw(uint identity)
    {
        foreach ((ushort id, Running running) in _running.ToArray())
        {
            ILookup<bool, PolicyEntry> entries = running.Tables.Entries.ToLookup(entry => entry.Peer == identity);
            if (!entries[true].Any())
                continue;
            datapath.RemoveEntries(id, [.. entries[true]]);
            _running[id] = running with { Tables = running.Tables with { Entries = [.. entries[false]] } };
        }
    }

    /// <summary>Publishes a new generation to each endpoint whose tables these policies change; returns to which.</summary>
    public IReadOnlyList<ushort> Apply(PolicySet policies, Undo undo)
    {
        IdentitySet peers = Peers();
        var compiled = new Dictionary<uint, PolicyTables>();
        var published = new List<ushort>();
        foreach ((ushort id, Running running) in _running.ToArray())
        {
            if (!compiled.TryGetValue(running.Identity.Number, out PolicyTables? tables))
                compiled[running.Identity.Number] = tables = Compile(policies, running.Identity, peers);
            if (IsSame(running.Tables, tables))
                continue;
            undo.Add($"publish to endpoint {id}", () => Publish(id, running));
            Publish(id, running with { Tables = tables });
            published.Add(id);
        }

        return published;
    }

    private void Publish(ushort id, Running running)
    {
        uint generation = datapath.Publish(id, running.Tables);
        _running[id] = running;
        if (endpoints.Find(id) is { } endpoint)
            endpoints.Put(id, endpoint with { Generation = generation });
    }

    private IdentitySet Peers() =>
        new(identities.Identities.Rows.Where(row => row.Holders > 0).Select(row => new Identity(row.Id, row.Labels)));

    private PolicyTables Compile(PolicySet policies, Identity identity, IdentitySet peers)
    {
        EndpointPolicy policy = PolicyEngine.Resolve(policies, identity.Labels, peers, options);
        return new PolicyTables(identity.Number, Default(policy.Ingress), Default(policy.Egress), Entries(policy));
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

    private sealed record Running(Identity Identity, PolicyTables Tables);
}
