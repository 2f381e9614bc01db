namespace Ciliate.Policy;

/// <summary>A lookup that knows one identity, or none.</summary>
internal sealed class SingleIdentity(Identity? identity) : IPeerLookup
{
    private readonly uint[] _number = identity is null ? [] : [identity.Number];

    public IReadOnlyList<(uint Identity, NamedPort Port)> NamedPorts { get; } =
        identity is null ? [] : [.. identity.NamedPorts.Select(port => (identity!.Number, port))];

    public ReadOnlySpan<uint> Match(PeerSelector selector) =>
        identity is not null && selector.Matches(identity) ? _number : [];
}
