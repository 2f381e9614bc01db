using LabelMap = System.Collections.Generic.Dictionary<(string Source, string Key), string>;

namespace Ciliate.Policy.Tests.Properties;

/// <summary>
/// Cilium's documents, sentence by sentence, without any code of the engine: may this packet pass?
/// Labels are (source, key) → value.
/// </summary>
internal static class Oracle
{
    private const string NamespaceKey = "io.kubernetes.pod.namespace";

    /// <summary>Null when no policy enforces the direction for the endpoint, otherwise whether the packet is allowed.</summary>
    public static bool? Allows(
        IEnumerable<WrittenPolicy> policies,
        LabelMap endpoint,
        LabelMap peer,
        bool ingress, byte protocol, int port, bool allowHost)
    {
        bool enforced = false;
        bool allowed = false;
        foreach (var policy in policies)
        {
            foreach (var spec in policy.Specs)
            {
                var rules = (ingress ? spec.Ingress : spec.Egress) ?? [];
                if (!SubjectMatches(spec.Subject, policy.Namespace, endpoint) || rules.Length == 0)
                    continue;
                enforced = true;
                allowed |= rules.Any(rule => RuleAllows(rule, policy.Namespace, peer, protocol, port));
            }
        }
        if (!enforced)
            return null;
        bool peerIsHost = peer.ContainsKey(("reserved", "host"));
        return allowed || (ingress && allowHost && peerIsHost);
    }

    private static bool RuleAllows(
        WrittenRule rule, string? space, LabelMap peer, byte protocol, int port)
    {
        bool speaksOfPorts = rule.ToPorts is { Length: > 0 };
        if (rule.Peers is null && !speaksOfPorts)
            return false;
        if (rule.Peers is not null && !rule.Peers.Any(selector => PeerMatches(selector, space, peer)))
            return false;
        return !speaksOfPorts || rule.ToPorts!.Any(list => list is not null && list.Any(item => PortMatches(item, protocol, port)));
    }

    private static bool PortMatches(WrittenPort written, byte protocol, int port)
    {
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
