using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Ciliate.Oracle;

namespace Ciliate.Verdicts.Tests;

/// <summary>Policies as a file that the product reads: YAML in its JSON form, one document each.</summary>
internal static class PolicyText
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    public static string Of(IEnumerable<WrittenPolicy> policies) => string.Join("\n---\n", policies.Select(policy => Document(policy).ToJsonString(Indented)));

    private static JsonObject Document(WrittenPolicy policy) => policy switch
    {
        CiliumPolicy cilium => Fields(
            ("apiVersion", "cilium.io/v2"),
            ("kind", cilium.Clusterwide ? "CiliumClusterwideNetworkPolicy" : "CiliumNetworkPolicy"),
            ("metadata", Fields(("name", cilium.Name), ("namespace", cilium.Namespace))),
            ("specs", List(cilium.Specs, Spec))),
        KubernetesPolicy kubernetes => Fields(
            ("apiVersion", "networking.k8s.io/v1"),
            ("kind", "NetworkPolicy"),
            ("metadata", Fields(("name", kubernetes.Name), ("namespace", kubernetes.Namespace))),
            ("spec", Fields(
                ("podSelector", Selector(kubernetes.PodSelector)),
                ("policyTypes", List(kubernetes.PolicyTypes, type => type)),
                ("ingress", List(kubernetes.Ingress, rule => KubernetesRule(rule, "from"))),
                ("egress", List(kubernetes.Egress, rule => KubernetesRule(rule, "to")))))),
        _ => throw new ArgumentException($"{policy.GetType()} is no policy"),
    };

    private static JsonObject Spec(CiliumSpec spec) => Fields(
        ("endpointSelector", Selector(spec.EndpointSelector)),
        ("ingress", List(spec.Ingress, rule => Rule(rule, "from"))),
        ("ingressDeny", List(spec.IngressDeny, rule => Rule(rule, "from"))),
        ("egress", List(spec.Egress, rule => Rule(rule, "to"))),
        ("egressDeny", List(spec.EgressDeny, rule => Rule(rule, "to"))),
        ("enableDefaultDeny", spec.DefaultDenyIngress is null && spec.DefaultDenyEgress is null
            ? null
            : Fields(("ingress", spec.DefaultDenyIngress), ("egress", spec.DefaultDenyEgress))));

    private static JsonObject Rule(CiliumRule rule, string side) => Fields(
        (side + "Endpoints", List(rule.Endpoints, Selector)),
        (side + "Entities", List(rule.Entities, entity => entity)),
        (side + "CIDR", List(rule.Cidr, prefix => prefix.ToString())),
        (side + "CIDRSet", List(rule.CidrSet, Block)),
        ("toPorts", List(rule.ToPorts, ports => Fields(("ports", List(ports, Port))))),
        ("icmps", List(rule.Icmps, fields => Fields(("fields", List(fields, Icmp))))));

    private static JsonObject KubernetesRule(KubernetesRule rule, string side) =>
        Fields((side, List(rule.Peers, Peer)), ("ports", List(rule.Ports, Port)));

    private static JsonObject Peer(KubernetesPeer peer) => Fields(
        ("podSelector", peer.PodSelector is { } pods ? Selector(pods) : null),
        ("namespaceSelector", peer.NamespaceSelector is { } spaces ? Selector(spaces) : null),
        ("ipBlock", peer.IPBlock is { } block ? Block(block) : null));

    private static JsonObject Block(Block block) =>
        Fields(("cidr", block.Cidr.ToString()), ("except", List(block.Except, prefix => prefix.ToString())));

    private static JsonObject Port(Port port) => Fields(("port", port.Number), ("endPort", port.EndPort), ("protocol", port.Protocol));

    private static JsonObject Icmp(IcmpField field) =>
        Fields(("family", field.Family), ("type", field.Type.ToString(CultureInfo.InvariantCulture)));

    private static JsonObject Selector(Selector selector)
    {
        var labels = new JsonObject();
        foreach (var match in selector.MatchLabels)
            labels[match.Key] = match.Value;
        return Fields(
            ("matchLabels", labels.Count > 0 ? labels : null),
            ("matchExpressions", selector.MatchExpressions.Count > 0 ? List(selector.MatchExpressions, Expression) : null));
    }

    private static JsonObject Expression(Expression expression) => Fields(
        ("key", expression.Key),
        ("operator", expression.Operator),
        ("values", expression.Values.Count > 0 ? List(expression.Values, value => value) : null));

    /// <summary>Null is a field that is not there.</summary>
    private static JsonObject Fields(params (string Name, JsonNode? Value)[] fields) =>
        new(fields.Where(field => field.Value is not null).Select(field => KeyValuePair.Create(field.Name, field.Value)));

    private static JsonArray? List<T>(IReadOnlyList<T>? items, Func<T, JsonNode?> render) => items is null ? null : new JsonArray([.. items.Select(render)]);
}
