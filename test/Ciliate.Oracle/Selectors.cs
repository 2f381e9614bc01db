namespace Ciliate.Oracle;

/// <summary>Label selectors.</summary>
internal static class Selectors
{
    public const string NamespaceKey = "io.kubernetes.pod.namespace";

    private const string NamespaceLabels = "io.cilium.k8s.namespace.labels.";

    /// <summary>Who a policy is for: always in its namespace.</summary>
    public static bool SelectsSubject(Selector selector, string? policyNamespace, Party party) =>
        party.IsContainer && IsIn(policyNamespace, party) && Holds(selector, party.Labels);

    /// <summary>A peer is in the policy's namespace too, unless the selector speaks of namespaces itself. Only a selector that names reserved
    /// labels is about anything but containers.</summary>
    public static bool SelectsPeer(Selector selector, string? policyNamespace, Party party)
    {
        string[] keys = [.. selector.MatchLabels.Select(match => match.Key), .. selector.MatchExpressions.Select(expression => expression.Key)];
        bool namesReserved = keys.Any(key => key.StartsWith("reserved:", StringComparison.Ordinal));
        if (!party.IsContainer && !namesReserved)
            return false;
        bool namesNamespaces = keys.Any(SpeaksOfNamespaces);
        return (namesReserved || namesNamespaces || IsIn(policyNamespace, party)) && Holds(selector, party.Labels);
    }

    public static bool Holds(Selector selector, IReadOnlyList<PartyLabel> labels) =>
        selector.MatchLabels.All(match => ValuesOf(match.Key, labels).Contains(match.Value))
        && selector.MatchExpressions.All(expression => Holds(expression, labels));

    private static bool Holds(Expression expression, IReadOnlyList<PartyLabel> labels)
    {
        var values = ValuesOf(expression.Key, labels).ToArray();
        return expression.Operator switch
        {
            "In" => values.Any(expression.Values.Contains),
            "NotIn" => !values.Any(expression.Values.Contains),
            "Exists" => values.Length > 0,
            "DoesNotExist" => values.Length == 0,
            _ => throw new ArgumentException($"{expression.Operator} is no operator"),
        };
    }

    private static IEnumerable<string> ValuesOf(string written, IReadOnlyList<PartyLabel> labels)
    {
        var (source, key) = Split(written);
        return labels.Where(label => label.Key == key && (source == "any" || label.Source == source)).Select(label => label.Value);
    }

    private static (string Source, string Key) Split(string written)
    {
        int colon = written.IndexOf(':', StringComparison.Ordinal);
        return colon < 0 ? ("any", written) : (written[..colon], written[(colon + 1)..]);
    }

    private static bool SpeaksOfNamespaces(string written)
    {
        var (source, key) = Split(written);
        return source is "any" or "k8s" && (key == NamespaceKey || key.StartsWith(NamespaceLabels, StringComparison.Ordinal));
    }

    private static bool IsIn(string? policyNamespace, Party party) =>
        policyNamespace is null || party.Labels.Contains(new PartyLabel("k8s", NamespaceKey, policyNamespace));
}
