namespace Ciliate.Policy;

public sealed record ResolveOptions
{
    public static readonly ResolveOptions Default = new();

    /// <summary>The host may open connections to its own containers even where ingress is enforced.</summary>
    public bool AllowHostIngress { get; init; } = true;
}
