namespace Ciliate.Policy;

/// <summary>Which identities a selector selects.</summary>
internal interface IPeerLookup
{
    /// <summary>Identity numbers, ascending.</summary>
    ReadOnlySpan<uint> Match(PeerSelector selector);

    /// <summary>The ports to which identities give a name.</summary>
    IReadOnlyList<(uint Identity, NamedPort Port)> NamedPorts { get; }
}
