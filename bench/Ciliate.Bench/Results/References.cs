namespace Ciliate.Bench.Results;

/// <summary>Figures of others that cannot be measured in the same run: medians from another machine of this kind. A ratio to them is a
/// hint.</summary>
internal static class References
{
    public const string Cilium = "cilium 1.19.4 (reference, other machine)";

    private static readonly Dictionary<string, double> s_cilium = new()
    {
        ["packet-established/ipv4"] = 883,
        ["packet-new-flow/ipv4"] = 1132,
        ["packet-denied/ipv4"] = 336,
        ["packet-to-container/ipv4"] = 308,
        ["packet-node-ingress/ipv4"] = 585,
        ["packet-to-outside/ipv4"] = 419,
        ["packet-masquerade/ipv4"] = 546,
        ["agent-rss"] = 176,
    };

    public static double? OfCilium(string name) => s_cilium.TryGetValue(name, out double value) ? value : null;
}
