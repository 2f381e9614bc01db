namespace Ciliate.Policy;

/// <summary>Which identities a selector selects.</summary>
internal interface IPeerLookup
{
    /// <summary>Identity numbers, ascending.</summary>
    ReadOnlySpan<uint> Match(LabelSelector selector);
}
