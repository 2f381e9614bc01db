using System.Collections;

namespace Ciliate.Policy;

/// <summary>The labels of one identity, immutable. The order is canonical, so equal sets have equal texts.
/// A source and key occur once.</summary>
public sealed class LabelSet : IReadOnlyList<Label>, IEquatable<LabelSet>
{
    public static readonly LabelSet Empty = new([]);

    private readonly Label[] _labels;
    private readonly int _hash;

    private LabelSet(Label[] sorted)
    {
        _labels = sorted;
        var hash = new HashCode();
        foreach (var label in sorted)
        {
            hash.Add(label);
            IsReserved |= label.Source == LabelSources.Reserved;
        }
        _hash = hash.ToHashCode();
    }

    public int Count => _labels.Length;

    /// <summary>Carries a <c>reserved:</c> label: the host, the world and the like, not a container.</summary>
    public bool IsReserved { get; }

    public Label this[int index] => _labels[index];

    /// <exception cref="LabelException">Two labels have the same source and key, and different values.</exception>
    public static LabelSet Create(IEnumerable<Label> labels)
    {
        var sorted = labels.Distinct().Order().ToArray();
        for (int i = 1; i < sorted.Length; i++)
        {
            if (sorted[i].Source == sorted[i - 1].Source && sorted[i].Key == sorted[i - 1].Key)
                throw new LabelException($"label \"{sorted[i]}\": the key has another value already, in \"{sorted[i - 1]}\"");
        }
        return sorted.Length == 0 ? Empty : new LabelSet(sorted);
    }

    /// <summary>Parses labels that a program wrote, <see cref="ToString"/> of this class included.</summary>
    /// <exception cref="LabelException">A label is malformed or contradicts another.</exception>
    public static LabelSet Parse(params IEnumerable<string> labels) => Create(labels.Select(text => Label.Parse(text)));

    /// <summary>Parses labels that a person gives to a container: these may not be <c>reserved:</c>.</summary>
    /// <exception cref="LabelException">A label is malformed, reserved, or contradicts another.</exception>
    public static LabelSet ParseUserLabels(IEnumerable<string> labels)
    {
        var set = Parse(labels);
        foreach (var label in set)
        {
            if (label.Source == LabelSources.Reserved)
                throw new LabelException($"label \"{label}\": labels with the source \"reserved\" cannot be given to a container");
        }
        return set;
    }

    public ReadOnlySpan<Label> AsSpan() => _labels;

    public bool Equals(LabelSet? other) =>
        ReferenceEquals(this, other) || (other is not null && _hash == other._hash && AsSpan().SequenceEqual(other.AsSpan()));

    public override bool Equals(object? obj) => Equals(obj as LabelSet);

    public override int GetHashCode() => _hash;

    /// <summary>Labels in canonical order, joined by commas.</summary>
    public override string ToString() => string.Join(',', _labels);

    public IEnumerator<Label> GetEnumerator() => ((IEnumerable<Label>)_labels).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
