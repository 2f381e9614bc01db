using System.Globalization;

namespace Ciliate.Bench.Control;

/// <summary>Policies for the containers of a <see cref="ScaleNode"/>.</summary>
internal static class ScalePolicies
{
    /// <param name="app">The one that it selects; null: all.</param>
    /// <param name="port">Another each time, so that it is a change.</param>
    public static string OnPort(string? app, int port) =>
        Policy($"live-{app ?? "all"}", app is null ? "{}" : $"{{matchLabels: {{app: {app}}}}}", $"ingress: [{{fromEndpoints: [{{}}], toPorts: [{{ports: [{Port(port)}]}}]}}]");

    /// <summary>Prefixes that none before named, of 172.16.0.0/12, which has a million: as many identities come, and as many go.</summary>
    public static string Prefixes(int round, int count)
    {
        var prefixes = Enumerable.Range(round * count, count).Select(i => string.Create(
            CultureInfo.InvariantCulture, $"172.{16 + ((i >> 16) % 16)}.{(i >> 8) % 256}.{i % 256}/32"));
        return Policy("churn", "{matchLabels: {app: c0}}", $"egress: [{{toCIDR: [{string.Join(", ", prefixes)}]}}]");
    }

    /// <summary>So many that each says another thing, spread over the containers.</summary>
    public static string Many(int first, int count, int containers) => string.Join("---\n", Enumerable.Range(first, count).Select(i => Policy(
        string.Create(CultureInfo.InvariantCulture, $"many-{i}"),
        $"{{matchLabels: {{app: c{i % containers}}}}}",
        $"ingress: [{{fromEndpoints: [{{matchLabels: {{app: c{i / containers % containers}}}}}], toPorts: [{{ports: [{Port(1000 + (i / containers))}]}}]}}]")));

    private static string Port(int number) => $"{{port: \"{number}\", protocol: TCP}}";

    private static string Policy(string name, string selector, string rules) => $$"""
        apiVersion: cilium.io/v2
        kind: CiliumNetworkPolicy
        metadata: {name: {{name}}}
        spec:
          endpointSelector: {{selector}}
          {{rules}}

        """;
}
