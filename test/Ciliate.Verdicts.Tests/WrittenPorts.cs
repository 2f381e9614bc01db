using Ciliate.Oracle;

namespace Ciliate.Verdicts.Tests;

/// <summary>All ports that a policy names, of whatever rule.</summary>
internal static class WrittenPorts
{
    public static IEnumerable<Port> Of(WrittenPolicy policy) => policy switch
    {
        CiliumPolicy cilium => cilium.Specs
            .SelectMany(spec => Together(spec.Ingress, spec.IngressDeny, spec.Egress, spec.EgressDeny))
            .SelectMany(rule => rule.ToPorts ?? [])
            .SelectMany(ports => ports ?? []),
        KubernetesPolicy kubernetes => Together(kubernetes.Ingress, kubernetes.Egress).SelectMany(rule => rule.Ports ?? []),
        _ => [],
    };

    private static IEnumerable<T> Together<T>(params IReadOnlyList<T>?[] lists) => lists.SelectMany(list => list ?? []);
}
