namespace Ciliate.Policy;

/// <summary>What makes a policy unique.</summary>
/// <param name="Namespace">Null for a policy without one.</param>
public readonly record struct PolicyKey(string? Namespace, string Name, PolicyKind Kind = PolicyKind.CiliumNetworkPolicy)
    : IComparable<PolicyKey>
{
    private const string ClusterwidePrefix = "ccnp:";
    private const string KubernetesPrefix = "knp:";

    /// <summary>Reads what <see cref="ToString"/> wrote.</summary>
    public static PolicyKey Parse(string text)
    {
        var (kind, rest) = text switch
        {
            _ when text.StartsWith(ClusterwidePrefix, StringComparison.Ordinal) => (PolicyKind.CiliumClusterwideNetworkPolicy, text[ClusterwidePrefix.Length..]),
            _ when text.StartsWith(KubernetesPrefix, StringComparison.Ordinal) => (PolicyKind.NetworkPolicy, text[KubernetesPrefix.Length..]),
            _ => (PolicyKind.CiliumNetworkPolicy, text),
        };
        int slash = rest.IndexOf('/', StringComparison.Ordinal);
        return slash < 0 ? new PolicyKey(null, rest, kind) : new PolicyKey(rest[..slash], rest[(slash + 1)..], kind);
    }

    public int CompareTo(PolicyKey other)
    {
        int order = Kind.CompareTo(other.Kind);
        if (order == 0)
            order = string.CompareOrdinal(Namespace, other.Namespace);
        return order != 0 ? order : string.CompareOrdinal(Name, other.Name);
    }

    /// <summary><c>name</c> or <c>namespace/name</c>; in front of it <c>ccnp:</c> for a CiliumClusterwideNetworkPolicy,
    /// <c>knp:</c> for a NetworkPolicy of Kubernetes.</summary>
    public override string ToString()
    {
        string prefix = Kind switch
        {
            PolicyKind.CiliumClusterwideNetworkPolicy => ClusterwidePrefix,
            PolicyKind.NetworkPolicy => KubernetesPrefix,
            _ => "",
        };
        return Namespace is null ? $"{prefix}{Name}" : $"{prefix}{Namespace}/{Name}";
    }

    public static bool operator <(PolicyKey left, PolicyKey right) => left.CompareTo(right) < 0;

    public static bool operator >(PolicyKey left, PolicyKey right) => left.CompareTo(right) > 0;

    public static bool operator <=(PolicyKey left, PolicyKey right) => left.CompareTo(right) <= 0;

    public static bool operator >=(PolicyKey left, PolicyKey right) => left.CompareTo(right) >= 0;
}
