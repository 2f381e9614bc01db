namespace Ciliate.Policy;

/// <summary>
/// Policies → verdict tables. Pure functions.
/// <code>
/// policies ─ endpoint's labels ─▶ rules that apply ─ selectors × identities ─▶ entries (peer, protocol, port prefix)
/// </code>
/// The cost is that of looking at each policy's endpoint selector once per set of labels (kept by <see cref="PolicySet"/>), of
/// matching each distinct peer selector once (kept by <see cref="IdentitySet"/>), and of the entries that come out.
/// </summary>
public static class PolicyEngine
{
    /// <summary>The verdict tables of an endpoint.</summary>
    /// <param name="policies">A <see cref="PolicySet"/> where there are many endpoints.</param>
    /// <param name="endpointLabels">Labels of the endpoint's identity.</param>
    /// <param name="identities">All identities that can be a peer; an <see cref="IdentitySet"/> where there are many endpoints.
    /// The reserved ones are always known.</param>
    public static EndpointPolicy Resolve(
        IReadOnlyCollection<NetworkPolicy> policies,
        LabelSet endpointLabels,
        IEnumerable<Identity> identities,
        ResolveOptions? options = null)
    {
        var peers = identities as IdentitySet ?? new IdentitySet(identities);
        return Build(Select(policies, endpointLabels), peers, complete: true, (options ?? ResolveOptions.Default).AllowHostIngress);
    }

    /// <summary>Only the entries that one more identity adds to the endpoint's tables: what <see cref="Resolve"/> with the identity has
    /// and without it has not. None for a reserved number, because these identities are always known.</summary>
    public static EndpointPolicy ResolveIdentity(
        IReadOnlyCollection<NetworkPolicy> policies,
        LabelSet endpointLabels,
        Identity identity)
    {
        bool known = ReservedIdentities.NameOf(identity.Number) is not null;
        IPeerLookup peers = new SingleIdentity(known ? null : identity);
        return Build(Select(policies, endpointLabels), peers, complete: false, hostAccess: false);
    }

    private static RuleSelection Select(IReadOnlyCollection<NetworkPolicy> policies, LabelSet endpointLabels) =>
        policies is PolicySet set ? set.Select(endpointLabels) : RuleSelection.Of(policies, endpointLabels);

    private static EndpointPolicy Build(RuleSelection rules, IPeerLookup peers, bool complete, bool hostAccess) => new(
        BuildDirection(rules.Rules(TrafficDirection.Ingress), peers, complete, hostAccess),
        BuildDirection(rules.Rules(TrafficDirection.Egress), peers, complete, hostAccess: false));

    private static DirectionPolicy BuildDirection(CandidateRule[] rules, IPeerLookup peers, bool complete, bool hostAccess)
    {
        if (rules.Length == 0)
            return new DirectionPolicy(false, [], []);
        var table = new EntryTable();
        foreach (var rule in rules)
            table.Add(rule, peers);
        if (hostAccess)
            table.AddHostAccess();
        return new DirectionPolicy(true, table.ToEntries(withEveryPeer: complete), rules);
    }
}
