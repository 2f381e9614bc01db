namespace Ciliate.Policy;

/// <summary>Where a label comes from: the part before the colon.</summary>
public static class LabelSources
{
    /// <summary>In selectors only: whatever the source.</summary>
    public const string Any = "any";

    /// <summary>Labels that a person or a container runtime gave to a container. The default of labels without a source.</summary>
    public const string Container = "container";

    public const string Kubernetes = "k8s";

    /// <summary>Labels of identities that are not containers, see <see cref="ReservedIdentities"/>.</summary>
    public const string Reserved = "reserved";

    /// <summary>Labels of <see cref="Identity.OfPrefix"/>. Nobody can give or select them by name.</summary>
    public const string Cidr = "cidr";

    internal const string Listing = "container, k8s, reserved";

    /// <summary>The constant of that name, so that equal sources are the same object; null for an unknown source.</summary>
    internal static string? Intern(ReadOnlySpan<char> name) => name switch
    {
        Any => Any,
        Container => Container,
        Kubernetes => Kubernetes,
        Reserved => Reserved,
        _ => null,
    };
}
