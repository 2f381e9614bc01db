namespace Ciliate.Policy;

/// <summary>What makes a policy unique.</summary>
/// <param name="Namespace">Null for a policy without one.</param>
public readonly record struct PolicyKey(string? Namespace, string Name) : IComparable<PolicyKey>
{
    public int CompareTo(PolicyKey other)
    {
        int order = string.CompareOrdinal(Namespace, other.Namespace);
        return order != 0 ? order : string.CompareOrdinal(Name, other.Name);
    }

    /// <summary><c>name</c> or <c>namespace/name</c>.</summary>
    public override string ToString() => Namespace is null ? Name : $"{Namespace}/{Name}";

    public static bool operator <(PolicyKey left, PolicyKey right) => left.CompareTo(right) < 0;

    public static bool operator >(PolicyKey left, PolicyKey right) => left.CompareTo(right) > 0;

    public static bool operator <=(PolicyKey left, PolicyKey right) => left.CompareTo(right) <= 0;

    public static bool operator >=(PolicyKey left, PolicyKey right) => left.CompareTo(right) >= 0;
}
