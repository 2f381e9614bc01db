using System.Net;
using Ciliate.Agent.Endpoints;
using Ciliate.Agent.Flows;
using Ciliate.Agent.Identities;
using Ciliate.Policy;

namespace Ciliate.Agent.Policies;

/// <summary>What a change of the policies would do: to the tables of which endpoints, and to the verdicts of which flows that were seen.</summary>
public sealed record TrialOutcome(PolicyOutcome Change, IReadOnlyList<TriedEndpoint> Endpoints, TriedFlows Flows);

/// <summary>An endpoint that would get another table.</summary>
public sealed record TriedEndpoint(Endpoint Endpoint, TriedDirection Ingress, TriedDirection Egress);

/// <param name="Denies">Whether what no rule allows is denied now.</param>
/// <param name="WillDeny">Whether it would be.</param>
/// <param name="Added">Lines that the table does not have yet.</param>
/// <param name="Removed">Lines that it would have no more.</param>
public sealed record TriedDirection(bool Denies, bool WillDeny, int Added, int Removed)
{
    public bool IsNone => Denies == WillDeny && Added == 0 && Removed == 0;
}

/// <summary>A change of the policies that is worked out and never made. What it looks at was taken at one moment, so that it needs the control loop
/// for that moment only.</summary>
public sealed class PolicyTrialRun
{
    private readonly PolicySet _before;
    private readonly PolicyPlan _plan;
    private readonly IReadOnlyList<Endpoint> _ready;
    private readonly IReadOnlyList<IdentityRow> _identities;
    private readonly IReadOnlyList<FlowRecord> _flows;
    private readonly ResolveOptions _options;

    /// <param name="endpoints">All that are there.</param>
    /// <param name="identities">All that are known.</param>
    /// <param name="flows">What was seen, the oldest first.</param>
    internal PolicyTrialRun(
        PolicySet before, PolicyPlan plan, IReadOnlyList<Endpoint> endpoints, IReadOnlyList<IdentityRow> identities, IReadOnlyList<FlowRecord> flows,
        ResolveOptions options)
    {
        (_before, _plan, _identities, _flows, _options) = (before, plan, identities, flows, options);
        _ready = [.. endpoints.Where(endpoint => endpoint.State == EndpointState.Ready)];
    }

    /// <summary>Thread-safe: what was taken does not change.</summary>
    /// <exception cref="AgentException">A table would be larger than all of them may be together.</exception>
    public TrialOutcome Run()
    {
        PolicySet after = _plan.Next.Policies;
        return new TrialOutcome(
            _plan.Outcome, _plan.IsEmpty ? [] : [.. EndpointsUnder(after)], new FlowTrialRun(_before, after, _ready, _options).Run(_flows));
    }

    private IEnumerable<TriedEndpoint> EndpointsUnder(PolicySet after)
    {
        (IdentitySet peersBefore, IdentitySet peersAfter) = (new(PeersOf(_before)), new(PeersOf(after)));
        var known = new Dictionary<(LabelSet, string), (TriedDirection Ingress, TriedDirection Egress)>();
        foreach (Endpoint endpoint in _ready.OrderBy(endpoint => endpoint.Name, StringComparer.Ordinal))
        {
            // By the same rules nothing changes; prefixes that come or go change nothing for who does not name them.
            if (ReferenceEquals(_before.RulesFor(endpoint.Labels), after.RulesFor(endpoint.Labels)))
                continue;
            (LabelSet, string) subject = (endpoint.Labels, string.Join(' ', endpoint.NamedPorts));
            if (!known.TryGetValue(subject, out var directions))
            {
                EndpointPolicy now = Resolve(_before, endpoint, peersBefore), then = Resolve(after, endpoint, peersAfter);
                known[subject] = directions = (Compare(now.Ingress, then.Ingress), Compare(now.Egress, then.Egress));
            }

            if (!directions.Ingress.IsNone || !directions.Egress.IsNone)
                yield return new TriedEndpoint(endpoint, directions.Ingress, directions.Egress);
        }
    }

    private EndpointPolicy Resolve(PolicySet policies, Endpoint endpoint, IdentitySet peers)
    {
        try
        {
            return PolicyEngine.Resolve(policies, endpoint.Labels, peers, _options, endpoint.NamedPorts);
        }
        catch (TableSizeException full)
        {
            throw AgentException.Exhausted($"the policy table is full: with policy '{full.Rule.Policy}' (up to {full.Rule}) endpoint '{endpoint.Name}' "
                + $"needs more than {_options.MostEntries} lines; name fewer peers or ports");
        }
    }

    private static TriedDirection Compare(DirectionPolicy now, DirectionPolicy then)
    {
        HashSet<object> before = [.. now.Entries.Select(Line)], after = [.. then.Entries.Select(Line)];
        return new TriedDirection(Denies(now), Denies(then), after.Count(line => !before.Contains(line)), before.Count(line => !after.Contains(line)));
    }

    private static bool Denies(DirectionPolicy direction) =>
        direction.Enforced && !direction.Entries.Any(entry => entry.Rule == RuleReference.DefaultAllow);

    /// <summary>Without its precedence, which counts beside others only.</summary>
    private static object Line(VerdictEntry entry) => (entry.Peer, entry.Protocol, entry.Port, entry.PortPrefixLength, entry.Deny, entry.Rule);

    /// <summary>With the prefixes that these policies name. Those that have no number get one that nobody has.</summary>
    private IEnumerable<Identity> PeersOf(PolicySet policies)
    {
        Dictionary<IPNetwork, uint> numbers = Numbers();
        ILookup<uint, NamedPort> ports = _ready.SelectMany(endpoint => endpoint.NamedPorts, (endpoint, port) => (endpoint.Identity, port))
            .ToLookup(pair => pair.Identity, pair => pair.port);
        return _identities.Where(row => row is { Prefix: null, Holders: > 0 })
            .Select(row => new Identity(row.Id, row.Labels) { NamedPorts = [.. ports[row.Id].Distinct()] })
            .Concat(policies.NamedPrefixes().Select(prefix => Identity.OfPrefix(numbers[prefix], prefix)));
    }

    private Dictionary<IPNetwork, uint> Numbers()
    {
        var numbers = _identities.Where(row => row.Prefix is not null).ToDictionary(row => row.Prefix!.Value, row => row.Id);
        uint next = numbers.Values.Append(IdentityNumbers.LocalScope).Max() + 1;
        foreach (IPNetwork prefix in _before.NamedPrefixes().Concat(_plan.Next.Policies.NamedPrefixes()))
        {
            if (numbers.TryAdd(prefix, next))
                next++;
        }

        return numbers;
    }
}
