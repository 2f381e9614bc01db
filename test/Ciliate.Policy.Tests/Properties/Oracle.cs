using LabelMap = System.Collections.Generic.Dictionary<(string Source, string Key), string>;

namespace Ciliate.Policy.Tests.Properties;

/// <summary>
/// Cilium's documents, sentence by sentence, without any code of the engine: may this packet pass?
/// Labels are (source, key) → value, addresses and prefixes are IPv4.
/// </summary>
internal static class Oracle
{
    private const string NamespaceKey = "io.kubernetes.pod.namespace";

    /// <summary>Null when no policy enforces the direction for the endpoint, otherwise whether the packet is allowed.</summary>
    public static bool? Allows(
        IEnumerable<WrittenPolicy> policies,
        Party endpoint,
        Party peer,
        bool ingress, byte protocol, int port, bool allowHost)
    {
        bool spokenOf = false, defaultDeny = false, allowed = false, denied = false;
        foreach (var policy in policies)
        {
            foreach (var spec in policy.Specs)
            {
                if (!SubjectMatches(spec.Subject, policy.Namespace, endpoint.Labels))
                    continue;
                var written = ingress ? spec.Ingress : spec.Egress;
                var (allow, deny) = (written.Allow ?? [], written.Deny ?? []);
                defaultDeny |= written.DefaultDeny ?? (allow.Length > 0 || deny.Length > 0);
                spokenOf |= written.DefaultDeny == true || allow.Length > 0 || deny.Length > 0;
                ushort? http = ingress ? endpoint.Http : peer.Http;
                allowed |= allow.Any(rule => RuleMatches(rule, policy.Namespace, peer, protocol, port, http));
                denied |= deny.Any(rule => RuleMatches(rule, policy.Namespace, peer, protocol, port, http));
            }
        }
        if (!spokenOf)
            return null;
        bool peerIsHost = peer.Labels.ContainsKey(("reserved", "host"));
        return !denied && (allowed || !defaultDeny || (ingress && allowHost && peerIsHost));
    }

    private static bool RuleMatches(WrittenRule rule, string? space, Party peer, byte protocol, int port, ushort? http)
    {
        bool speaksOfPorts = rule.ToPorts is { Length: > 0 };
        bool speaksOfPeers = rule.Peers is not { Endpoints: null, Entities: null, Blocks: null };
        if (!speaksOfPeers && !speaksOfPorts && rule.Icmps is null)
            return false;
        if (speaksOfPeers && !PeersMatch(rule.Peers, space, peer))
            return false;
        if (rule.Icmps is not null)
            return protocol == 1 && rule.Icmps.Contains((byte)port);
        return !speaksOfPorts || rule.ToPorts!.Any(list => list is not null && list.Any(item => PortMatches(item, protocol, port, http)));
    }

    private static bool PeersMatch(WrittenPeers written, string? space, Party peer) =>
        (written.Endpoints ?? []).Any(selector => PeerMatches(selector, space, peer.Labels))
        || (written.Entities ?? []).Any(entity => IsOf(entity, peer))
        || (written.Blocks ?? []).Any(block => IsIn(block.Cidr, peer) && !block.Except.Any(except => IsIn(except, peer)));

    private static bool IsOf(string entity, Party peer) => entity switch
    {
        "all" => true,
        "cluster" => !IsOf("world", peer),
        "world-ipv4" => IsIn("0.0.0.0/0", peer),
        _ => peer.Labels.ContainsKey(("reserved", entity)),
    };

    private static bool IsIn(string prefix, Party peer)
    {
        if (peer.Address is null)
            return false;
        string[] parts = prefix.Split('/');
        int hostBits = 32 - int.Parse(parts[1]);
        return Number(parts[0]) >> hostBits == Number(peer.Address) >> hostBits;
    }

    private static ulong Number(string address) => address.Split('.').Aggregate(0ul, (number, part) => (number << 8) + ulong.Parse(part));

    /// <param name="http">The TCP port that the name stands for.</param>
    private static bool PortMatches(WrittenPort written, byte protocol, int port, ushort? http)
    {
        if (written.Name is not null)
            return protocol == 6 && written.Protocol != "UDP" && port == http;
        bool protocolMatches = written.Protocol switch
        {
            "TCP" => protocol == 6,
            "UDP" => protocol == 17,
            _ => protocol is 6 or 17 or 132,
        };
        if (!protocolMatches)
            return false;
        if (written.Port == 0)
            return true;
        return written.EndPort is { } end and not 0 ? port >= written.Port && port <= end : port == written.Port;
    }

    private static bool SubjectMatches(WrittenSelector selector, string? space, LabelMap labels) =>
        Matches(selector, labels) && (space is null || IsIn(space, labels));

    private static bool PeerMatches(WrittenSelector selector, string? space, LabelMap labels)
    {
        bool ownScope = Keys(selector).Any(key => key is NamespaceKey or "k8s:" + NamespaceKey || key.StartsWith("reserved:", StringComparison.Ordinal));
        return Matches(selector, labels) && (space is null || ownScope || IsIn(space, labels));
    }

    private static bool IsIn(string space, LabelMap labels) =>
        labels.TryGetValue(("k8s", NamespaceKey), out string? own) && own == space;

    private static IEnumerable<string> Keys(WrittenSelector selector) =>
        selector.MatchLabels.Select(label => label.Key).Concat(selector.MatchExpressions.Select(expression => expression.Key));

    private static bool Matches(WrittenSelector selector, LabelMap labels)
    {
        bool reserved = labels.Keys.Any(key => key.Source == "reserved");
        if (reserved && !Keys(selector).Any(key => key.StartsWith("reserved:", StringComparison.Ordinal)))
            return false;
        return selector.MatchLabels.All(label => ValuesOf(label.Key, labels).Contains(label.Value))
            && selector.MatchExpressions.All(expression => Holds(expression, labels));
    }

    private static bool Holds(WrittenExpression expression, LabelMap labels)
    {
        var values = ValuesOf(expression.Key, labels);
        return expression.Operator switch
        {
            "In" => values.Intersect(expression.Values).Any(),
            "NotIn" => !values.Intersect(expression.Values).Any(),
            "Exists" => values.Count > 0,
            _ => values.Count == 0,
        };
    }

    private static List<string> ValuesOf(string selectorKey, LabelMap labels)
    {
        string[] parts = selectorKey.Split(':');
        string source = parts.Length == 1 ? "any" : parts[0];
        return [.. labels.Where(label => label.Key.Key == parts[^1] && (source == "any" || label.Key.Source == source)).Select(label => label.Value)];
    }
}
