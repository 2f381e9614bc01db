using System.Net;

namespace Ciliate.Oracle;

/// <summary>A policy as people write it. Null is a field that is not there, which is not the same as an empty list.</summary>
public abstract record WrittenPolicy(string Name, string? Namespace);

/// <summary>CiliumNetworkPolicy, or CiliumClusterwideNetworkPolicy.</summary>
public sealed record CiliumPolicy(string Name, string? Namespace, bool Clusterwide, IReadOnlyList<CiliumSpec> Specs) : WrittenPolicy(Name, Namespace);

public sealed record CiliumSpec(Selector EndpointSelector)
{
    public IReadOnlyList<CiliumRule>? Ingress { get; init; }
    public IReadOnlyList<CiliumRule>? IngressDeny { get; init; }
    public IReadOnlyList<CiliumRule>? Egress { get; init; }
    public IReadOnlyList<CiliumRule>? EgressDeny { get; init; }

    /// <summary><c>enableDefaultDeny.ingress</c></summary>
    public bool? DefaultDenyIngress { get; init; }

    /// <summary><c>enableDefaultDeny.egress</c></summary>
    public bool? DefaultDenyEgress { get; init; }
}

/// <summary>Of the lists of peers at most one is not empty.</summary>
public sealed record CiliumRule
{
    public IReadOnlyList<Selector>? Endpoints { get; init; }
    public IReadOnlyList<string>? Entities { get; init; }
    public IReadOnlyList<IPNetwork>? Cidr { get; init; }
    public IReadOnlyList<Block>? CidrSet { get; init; }

    /// <summary>Elements of <c>toPorts</c>; a null element has no <c>ports</c>.</summary>
    public IReadOnlyList<IReadOnlyList<Port>?>? ToPorts { get; init; }

    /// <summary>The fields of each element of <c>icmps</c>.</summary>
    public IReadOnlyList<IReadOnlyList<IcmpField>>? Icmps { get; init; }
}

/// <summary>Also the <c>ipBlock</c> of Kubernetes.</summary>
public sealed record Block(IPNetwork Cidr, IReadOnlyList<IPNetwork>? Except);

/// <param name="Number">A number, a name, or null.</param>
/// <param name="Protocol">A name, a number, or null.</param>
public sealed record Port(string? Number, int? EndPort, string? Protocol);

/// <param name="Family">"IPv4", "IPv6" or null.</param>
public sealed record IcmpField(string? Family, int Type);

public sealed record Selector(IReadOnlyList<LabelMatch> MatchLabels, IReadOnlyList<Expression> MatchExpressions)
{
    public static readonly Selector Empty = new([], []);
}

/// <param name="Key">With or without a source: <c>app</c>, <c>k8s:app</c>.</param>
public sealed record LabelMatch(string Key, string Value);

/// <param name="Operator">In, NotIn, Exists or DoesNotExist.</param>
public sealed record Expression(string Key, string Operator, IReadOnlyList<string> Values);

/// <summary>NetworkPolicy of networking.k8s.io/v1.</summary>
public sealed record KubernetesPolicy(string Name, string? Namespace, Selector PodSelector) : WrittenPolicy(Name, Namespace)
{
    public IReadOnlyList<string>? PolicyTypes { get; init; }
    public IReadOnlyList<KubernetesRule>? Ingress { get; init; }
    public IReadOnlyList<KubernetesRule>? Egress { get; init; }
}

public sealed record KubernetesRule(IReadOnlyList<KubernetesPeer>? Peers, IReadOnlyList<Port>? Ports);

/// <summary>Selectors of pods, of namespaces or of both; or a block alone.</summary>
public sealed record KubernetesPeer(Selector? PodSelector, Selector? NamespaceSelector, Block? IPBlock);
