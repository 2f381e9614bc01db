using Ciliate.Oracle;

namespace Ciliate.Verdicts.Tests;

/// <summary>Takes out of policies what is not needed to show a fault.</summary>
internal static class Shrinking
{
    /// <summary>A set from which nothing more can be taken without <paramref name="fails"/> becoming false.</summary>
    public static IReadOnlyList<WrittenPolicy> Shrink(IReadOnlyList<WrittenPolicy> policies, Predicate<IReadOnlyList<WrittenPolicy>> fails)
    {
        var smaller = Smaller(policies).FirstOrDefault(candidate => candidate.Count > 0 && fails(candidate));
        return smaller is null ? policies : Shrink(smaller, fails);
    }

    private static IEnumerable<IReadOnlyList<WrittenPolicy>> Smaller(IReadOnlyList<WrittenPolicy> policies) => Without(policies).Concat(EachReplaced(policies, Smaller));

    private static IEnumerable<WrittenPolicy> Smaller(WrittenPolicy policy) => policy switch
    {
        CiliumPolicy cilium => Without(cilium.Specs).Where(specs => specs.Count > 0).Concat(EachReplaced(cilium.Specs, Smaller))
            .Select(specs => cilium with { Specs = specs }),
        KubernetesPolicy kubernetes => Without(kubernetes.Ingress ?? []).Select(rules => kubernetes with { Ingress = rules })
            .Concat(Without(kubernetes.Egress ?? []).Select(rules => kubernetes with { Egress = rules })),
        _ => [],
    };

    private static IEnumerable<CiliumSpec> Smaller(CiliumSpec spec) =>
    [
        .. LessOf(spec.Ingress).Select(rules => spec with { Ingress = rules }),
        .. LessOf(spec.IngressDeny).Select(rules => spec with { IngressDeny = rules }),
        .. LessOf(spec.Egress).Select(rules => spec with { Egress = rules }),
        .. LessOf(spec.EgressDeny).Select(rules => spec with { EgressDeny = rules }),
    ];

    private static IEnumerable<IReadOnlyList<CiliumRule>> LessOf(IReadOnlyList<CiliumRule>? rules) =>
        Without(rules ?? []).Concat(EachReplaced(rules ?? [], Smaller));

    private static IEnumerable<CiliumRule> Smaller(CiliumRule rule) =>
    [
        .. Without(rule.Endpoints ?? []).Select(items => rule with { Endpoints = items }),
        .. Without(rule.Entities ?? []).Select(items => rule with { Entities = items }),
        .. Without(rule.Cidr ?? []).Select(items => rule with { Cidr = items }),
        .. Without(rule.CidrSet ?? []).Select(items => rule with { CidrSet = items }),
        .. Without(rule.ToPorts ?? []).Concat(EachReplaced(rule.ToPorts ?? [], ports => Without(ports ?? []))).Select(items => rule with { ToPorts = items }),
    ];

    private static IEnumerable<IReadOnlyList<T>> Without<T>(IReadOnlyList<T> items) =>
        items.Select((_, i) => (IReadOnlyList<T>)[.. items.Take(i), .. items.Skip(i + 1)]);

    private static IEnumerable<IReadOnlyList<T>> EachReplaced<T>(IReadOnlyList<T> items, Func<T, IEnumerable<T>> smaller) =>
        items.SelectMany((item, i) => smaller(item).Select(other => (IReadOnlyList<T>)[.. items.Take(i), other, .. items.Skip(i + 1)]));
}
