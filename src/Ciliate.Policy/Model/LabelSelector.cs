namespace Ciliate.Policy;

/// <summary>Selects identities by their labels: all requirements must hold. Without any it selects every container.
/// Identities with a <c>reserved:</c> label (host, world …) are selected only by a selector that names a <c>reserved:</c> key.</summary>
public sealed class LabelSelector : PeerSelector, IEquatable<LabelSelector>
{
    public static readonly LabelSelector Everything = new([]);

    private readonly SelectorRequirement[] _requirements;
    private readonly int _hash;

    public LabelSelector(IEnumerable<SelectorRequirement> requirements)
    {
        _requirements = [.. requirements.Distinct()];
        // Equal conditions in another order are the same selector, so that its matches are looked up once.
        Array.Sort(_requirements, (a, b) => string.CompareOrdinal(a.ToString(), b.ToString()));
        var hash = new HashCode();
        foreach (var requirement in _requirements)
        {
            hash.Add(requirement);
            NamesReserved |= requirement.Source == LabelSources.Reserved;
        }
        _hash = hash.ToHashCode();
    }

    public IReadOnlyList<SelectorRequirement> Requirements => _requirements;

    /// <summary>A requirement is about a <c>reserved:</c> key.</summary>
    public bool NamesReserved { get; }

    public override bool Matches(Identity identity) => Matches(identity.Labels);

    public bool Matches(LabelSet labels)
    {
        if (labels.IsReserved && !NamesReserved)
            return false;
        foreach (var requirement in _requirements)
        {
            if (!requirement.Matches(labels))
                return false;
        }
        return true;
    }

    public LabelSelector With(SelectorRequirement requirement) => new([.. _requirements, requirement]);

    public bool Equals(LabelSelector? other) =>
        ReferenceEquals(this, other)
        || (other is not null && _hash == other._hash && _requirements.AsSpan().SequenceEqual(other._requirements));

    public override bool Equals(object? obj) => Equals(obj as LabelSelector);

    public override int GetHashCode() => _hash;

    public override string ToString() => _requirements.Length == 0 ? "{}" : string.Join(", ", (object[])_requirements);
}
