namespace Ciliate.Policy;

/// <summary>A lookup that knows one identity, or none.</summary>
internal sealed class SingleIdentity(Identity? identity) : IPeerLookup
{
    private readonly uint[] _number = identity is null ? [] : [identity.Number];

    public ReadOnlySpan<uint> Match(LabelSelector selector) =>
        identity is not null && selector.Matches(identity.Labels) ? _number : [];
}
