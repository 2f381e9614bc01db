namespace Ciliate.Policy;

public sealed record ResolveOptions
{
    public static readonly ResolveOptions Default = new();

    /// <summary>The host may open connections to its own containers even where ingress is enforced.</summary>
    public bool AllowHostIngress { get; init; } = true;

    /// <summary>So many entries may the tables of an endpoint have, both directions together.</summary>
    public int MostEntries { get; init; } = int.MaxValue;
}
