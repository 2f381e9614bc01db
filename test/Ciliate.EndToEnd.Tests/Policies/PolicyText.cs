namespace Ciliate.EndToEnd.Tests.Policies;

/// <summary>Short ways to write whole policies.</summary>
public static class PolicyText
{
    /// <param name="rules">The <c>ingress:</c> and <c>egress:</c> sections, indented by two.</param>
    public static string For(string app, string rules) => $"""
        apiVersion: cilium.io/v2
        kind: CiliumNetworkPolicy
        metadata:
          name: {app}
        spec:
          endpointSelector:
            matchLabels:
              app: {app}
        {rules}
        """;

    /// <summary>Ingress from one app.</summary>
    /// <param name="ports">Lines of a port list, or null for all ports.</param>
    public static string Ingress(string to, string from, params IReadOnlyList<string> ports) => For(to, Rule("ingress", "fromEndpoints", from, ports));

    /// <summary>Egress to one app.</summary>
    public static string Egress(string from, string to, params IReadOnlyList<string> ports) => For(from, Rule("egress", "toEndpoints", to, ports));

    private static string Rule(string direction, string peers, string app, IReadOnlyList<string> ports) => $$"""
          {{direction}}:
            - {{peers}}:
                - matchLabels: {app: {{app}}}
        {{(ports.Count == 0 ? "" : $"      toPorts: [{{ports: [{string.Join(", ", ports)}]}}]")}}
        """;
}
