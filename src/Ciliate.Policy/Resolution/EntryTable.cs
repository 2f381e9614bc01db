namespace Ciliate.Policy;

/// <summary>
/// Builds the entries of one direction from its rules. Rules come in order, those that deny first, and the first to ask for an entry gives it
/// its reference. Rules that ask for the same ports of the same selector are expanded once, whatever their number.
/// </summary>
/// <param name="most">So many entries there may be: rules multiply peers by ports, and a short policy can ask for more than memory has room for.</param>
internal sealed class EntryTable(IdentitySet peers, PortPatterns ports, int most)
{
    private const uint EveryPeer = 0;

    private readonly Dictionary<EntryKey, RuleReference> _entries = [];
    private readonly HashSet<(PeerSelector Selector, PortPattern Ports, bool Deny)> _expanded = [];
    private readonly HashSet<(PeerSelector Selector, PortMatch Name, bool Deny)> _named = [];

    /// <summary>Adds what the rule matches of the peers that are known, and of every peer where it names none.</summary>
    /// <exception cref="TableSizeException">It is too much.</exception>
    public void Add(CandidateRule candidate)
    {
        var rule = candidate.Rule;
        if (rule.Peers is null && rule.Ports is null)
            return;
        var selectors = rule.Peers ?? [EntitySelector.All];
        if (rule.Ports is null)
            Expand(selectors, PortPattern.Everything, candidate.Reference);
        foreach (var match in rule.Ports ?? [])
        {
            if (match.Name is not null && !ports.OwnNames)
            {
                AddPeersNames(selectors, match, candidate.Reference);
                continue;
            }
            foreach (var pattern in ports.Of(match))
                Expand(selectors, pattern, candidate.Reference);
        }
    }

    public void AddHostAccess() =>
        Put(new EntryKey(ReservedIdentities.Host, PortPattern.Everything), RuleReference.HostAccess);

    public void AddDefaultAllow() =>
        Put(new EntryKey(EveryPeer, PortPattern.Everything), RuleReference.DefaultAllow);

    /// <param name="withKnown">With the entries of every peer and of the reserved identities, which are there whatever other identities come.</param>
    public VerdictEntry[] ToEntries(bool withKnown)
    {
        var entries = new List<VerdictEntry>(_entries.Count);
        foreach (var (key, rule) in _entries)
        {
            if (!withKnown && (key.Peer == EveryPeer || ReservedIdentities.NameOf(key.Peer) is not null))
                continue;
            var pattern = key.Ports;
            uint precedence = Precedences.Of(rule.Deny, key.Peer, pattern.Protocol, pattern.Prefix.Length);
            entries.Add(new VerdictEntry(key.Peer, pattern.Protocol, pattern.Prefix.Port, pattern.Prefix.Length, rule.Deny, precedence, rule));
        }
        entries.Sort(static (a, b) => Order(a, b));
        return [.. entries];
    }

    private void Expand(IReadOnlyList<PeerSelector> selectors, PortPattern pattern, RuleReference rule)
    {
        foreach (var selector in selectors)
            Expand(selector, pattern, rule);
    }

    private void Expand(PeerSelector selector, PortPattern pattern, RuleReference rule)
    {
        if (selector is EntitySelector { Entity: Entity.All })
        {
            Put(new EntryKey(EveryPeer, pattern), rule);
            return;
        }
        if (!_expanded.Add((selector, pattern, rule.Deny)))
            return;
        foreach (uint peer in peers.Match(selector))
            Put(new EntryKey(peer, pattern), rule);
    }

    /// <summary>A name stands for the port to which each peer gives it, and for none of those that give it to none.</summary>
    private void AddPeersNames(IReadOnlyList<PeerSelector> selectors, PortMatch match, RuleReference rule)
    {
        if (peers.NamedPorts.Count == 0)
            return;
        foreach (var selector in selectors)
        {
            if (!_named.Add((selector, match, rule.Deny)))
                continue;
            foreach (uint peer in peers.Match(selector))
            {
                if (peers.NamedPorts.TryGetValue(peer, out var names))
                    AddNames(peer, names, match, rule);
            }
        }
    }

    private void AddNames(uint peer, IReadOnlyList<NamedPort> names, PortMatch match, RuleReference rule)
    {
        foreach (var port in names)
        {
            if (port.Fits(match))
                Put(new EntryKey(peer, PortPattern.Of(port)), rule);
        }
    }

    private void Put(EntryKey key, RuleReference rule)
    {
        if (_entries.TryAdd(key, rule) && _entries.Count > most)
            throw new TableSizeException(rule);
    }

    private static int Order(in VerdictEntry a, in VerdictEntry b)
    {
        int order = a.Peer.CompareTo(b.Peer);
        if (order == 0)
            order = a.Protocol.CompareTo(b.Protocol);
        if (order == 0)
            order = a.Port.CompareTo(b.Port);
        return order != 0 ? order : a.PortPrefixLength.CompareTo(b.PortPrefixLength);
    }

    private readonly record struct EntryKey(uint Peer, PortPattern Ports)
    {
        // The compiler's own adds peer and port: peers in a row with ports in a row would meet in few buckets.
        public override int GetHashCode() => HashCode.Combine(Peer, Ports);
    }
}
