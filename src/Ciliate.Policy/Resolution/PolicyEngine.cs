namespace Ciliate.Policy;

/// <summary>
/// Policies → verdict tables. Pure functions.
/// <code>
/// policies ─ endpoint's labels ─▶ rules that apply ─ selectors × identities ─▶ entries (peer, protocol, port prefix)
/// </code>
/// The cost is that of looking at each changed policy's endpoint selector once per set of labels (kept by <see cref="PolicySet"/>), of
/// matching each distinct peer selector once (kept by <see cref="IdentitySet"/>), and of the entries that come out.
/// </summary>
public static class PolicyEngine
{
    /// <summary>The verdict tables of an endpoint.</summary>
    /// <param name="policies">A <see cref="PolicySet"/> where there are many endpoints.</param>
    /// <param name="endpointLabels">Labels of the endpoint's identity.</param>
    /// <param name="identities">All identities that can be a peer; an <see cref="IdentitySet"/> where there are many endpoints.
    /// The reserved ones are always known.</param>
    /// <param name="namedPorts">The names that the endpoint gives to its ports: what named ports of ingress rules mean.</param>
    /// <exception cref="TableSizeException">There are more entries than the options allow.</exception>
    public static EndpointPolicy Resolve(
        IReadOnlyCollection<NetworkPolicy> policies,
        LabelSet endpointLabels,
        IEnumerable<Identity> identities,
        ResolveOptions? options = null,
        IReadOnlyList<NamedPort>? namedPorts = null)
    {
        var peers = identities as IdentitySet ?? new IdentitySet(identities);
        return Build(Select(policies, endpointLabels), peers, namedPorts ?? [], complete: true, options ?? ResolveOptions.Default);
    }

    /// <summary>Only the entries that more identities add to the endpoint's tables: what <see cref="Resolve"/> with them has and without them
    /// has not. None for the reserved ones, because these are always known.</summary>
    /// <param name="newcomers">The same set for all endpoints.</param>
    /// <exception cref="TableSizeException">There are more entries than the options allow.</exception>
    public static EndpointPolicy ResolveIdentities(
        IReadOnlyCollection<NetworkPolicy> policies,
        LabelSet endpointLabels,
        IdentitySet newcomers,
        IReadOnlyList<NamedPort>? namedPorts = null,
        ResolveOptions? options = null) =>
        Build(Select(policies, endpointLabels), newcomers, namedPorts ?? [], complete: false, options ?? ResolveOptions.Default);

    /// <summary>Why a packet gets the verdict that it gets, and what every rule that applies to the endpoint says of it.</summary>
    /// <param name="peer">The other side.</param>
    /// <param name="protocol">IANA number.</param>
    /// <param name="port">Destination port in host byte order; the type of an ICMP or ICMPv6 message; 0 for other protocols.</param>
    /// <inheritdoc cref="Resolve"/>
    public static Explanation Explain(
        IReadOnlyCollection<NetworkPolicy> policies,
        LabelSet endpointLabels,
        TrafficDirection direction,
        Identity peer,
        byte protocol,
        ushort port,
        ResolveOptions? options = null,
        IReadOnlyList<NamedPort>? namedPorts = null)
    {
        var table = Resolve(policies, endpointLabels, [peer], options, namedPorts).Direction(direction);
        var verdict = VerdictTable.Evaluate(table, peer.Number, protocol, port);
        var ports = new PortPatterns(direction == TrafficDirection.Ingress ? namedPorts ?? [] : peer.NamedPorts);
        var written = table.Candidates.Select(rule => rule.Consider(verdict, peer, ports, protocol, port));
        var reserved = table.Entries
            .Where(entry => entry.Rule.IsReserved && entry.Matches(peer.Number, protocol, port))
            .Select(entry => new ConsideredRule(entry.Rule, RuleConsideration.OutcomeOfMatch(entry.Rule, verdict)));
        return new Explanation(verdict, [.. written.Concat(reserved).OrderBy(considered => considered.Outcome)]);
    }

    private static RuleSelection Select(IReadOnlyCollection<NetworkPolicy> policies, LabelSet endpointLabels) =>
        policies is PolicySet set ? set.Select(endpointLabels) : RuleSelection.Of(policies, endpointLabels);

    private static EndpointPolicy Build(
        RuleSelection rules, IdentitySet peers, IReadOnlyList<NamedPort> namedPorts, bool complete, ResolveOptions options)
    {
        var (ingress, egress) = (rules.Of(TrafficDirection.Ingress), rules.Of(TrafficDirection.Egress));
        var incoming = BuildDirection(
            ingress, new EntryTable(peers, new PortPatterns(namedPorts), options.MostEntries), complete, complete && options.AllowHostIngress);
        int left = options.MostEntries - incoming.Entries.Count;
        var outgoing = BuildDirection(egress, new EntryTable(peers, new PortPatterns(null), left), complete, complete && egress.ByKubernetes);
        return new EndpointPolicy(incoming, outgoing);
    }

    private static DirectionPolicy BuildDirection(DirectionSelection selection, EntryTable table, bool complete, bool hostAccess)
    {
        if (!selection.Enforced)
            return new DirectionPolicy(false, [], []);
        foreach (var rule in selection.Rules)
            table.Add(rule);
        if (hostAccess && selection.DefaultDeny)
            table.AddHostAccess();
        if (!selection.DefaultDeny)
            table.AddDefaultAllow();
        return new DirectionPolicy(true, table.ToEntries(withKnown: complete), selection.Rules);
    }
}
