namespace Ciliate.Agent.Tests.Fakes;

internal static class TestPolicies
{
    /// <summary>Lets <paramref name="from"/> reach <paramref name="to"/> (values of the label "app") on one TCP port.</summary>
    public static string Allow(string name, string to, string from, int port) => $$"""
        apiVersion: cilium.io/v2
        kind: CiliumNetworkPolicy
        metadata:
          name: {{name}}
        spec:
          endpointSelector:
            matchLabels: {app: {{to}}}
          ingress:
          - fromEndpoints:
            - matchLabels: {app: {{from}}}
            toPorts:
            - ports:
              - {port: "{{port}}", protocol: TCP}
        """;
}
