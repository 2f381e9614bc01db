namespace Ciliate.Policy;

/// <summary>A <c>CiliumNetworkPolicy</c>, immutable.</summary>
public sealed class NetworkPolicy
{
    public required PolicyKey Key { get; init; }

    public string? Namespace => Key.Namespace;

    public string Name => Key.Name;

    public IReadOnlyDictionary<string, string> Labels { get; init; } = new Dictionary<string, string>();

    public IReadOnlyDictionary<string, string> Annotations { get; init; } = new Dictionary<string, string>();

    public required IReadOnlyList<PolicySpec> Specs { get; init; }

    /// <summary>The YAML document as it was written; <see cref="PolicyReader"/> reads it back to the same policy.</summary>
    public required string SourceYaml { get; init; }

    public override string ToString() => Key.ToString();
}
