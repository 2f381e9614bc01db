namespace Ciliate.Policy;

/// <summary>
/// Builds the entries of one direction from its rules. Rules come in order, and the first to ask for an entry gives it its reference.
/// Rules that ask for the same ports of the same selector are expanded once, whatever their number.
/// </summary>
internal sealed class EntryTable
{
    private const uint EveryPeer = 0;

    private readonly Dictionary<EntryKey, RuleReference> _entries = [];
    private readonly HashSet<(LabelSelector Selector, PortPattern Ports)> _expanded = [];
    private readonly List<PortPattern> _patterns = [];

    /// <summary>Adds what the rule allows to the peers that <paramref name="peers"/> knows, and to every peer where it names none.</summary>
    public void Add(CandidateRule candidate, IPeerLookup peers)
    {
        var rule = candidate.Rule;
        if (rule.Peers is null && rule.Ports is null)
            return;
        CollectPatterns(rule.Ports);
        if (rule.Peers is null)
        {
            foreach (var pattern in _patterns)
                _entries.TryAdd(new EntryKey(EveryPeer, pattern), candidate.Reference);
            return;
        }
        foreach (var selector in rule.Peers)
            Expand(selector, candidate.Reference, peers.Match(selector));
    }

    public void AddHostAccess() =>
        _entries.TryAdd(new EntryKey(ReservedIdentities.Host, PortPattern.Everything), RuleReference.HostAccess);

    public VerdictEntry[] ToEntries(bool withEveryPeer)
    {
        var entries = new List<VerdictEntry>(_entries.Count);
        foreach (var (key, rule) in _entries)
        {
            if (key.Peer == EveryPeer && !withEveryPeer)
                continue;
            var ports = key.Ports;
            uint precedence = Precedences.Of(deny: false, key.Peer, ports.Protocol, ports.Prefix.Length);
            entries.Add(new VerdictEntry(key.Peer, ports.Protocol, ports.Prefix.Port, ports.Prefix.Length, false, precedence, rule));
        }
        entries.Sort(static (a, b) => Order(a, b));
        return [.. entries];
    }

    private void Expand(LabelSelector selector, RuleReference rule, ReadOnlySpan<uint> selected)
    {
        foreach (var pattern in _patterns)
        {
            if (!_expanded.Add((selector, pattern)))
                continue;
            foreach (uint peer in selected)
                _entries.TryAdd(new EntryKey(peer, pattern), rule);
        }
    }

    private void CollectPatterns(IReadOnlyList<PortMatch>? ports)
    {
        _patterns.Clear();
        if (ports is null)
        {
            _patterns.Add(PortPattern.Everything);
            return;
        }
        foreach (var port in ports)
        {
            foreach (var prefix in PortRanges.Decompose(port.First, port.Last))
            {
                if (port.Protocol != IpProtocols.Any)
                {
                    _patterns.Add(new PortPattern(port.Protocol, prefix));
                    continue;
                }
                foreach (byte protocol in IpProtocols.WithPorts)
                    _patterns.Add(new PortPattern(protocol, prefix));
            }
        }
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

    private readonly record struct PortPattern(byte Protocol, PortPrefix Prefix)
    {
        public static readonly PortPattern Everything = new(IpProtocols.Any, default);
    }

    private readonly record struct EntryKey(uint Peer, PortPattern Ports);
}
