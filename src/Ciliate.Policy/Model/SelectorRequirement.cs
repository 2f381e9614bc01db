namespace Ciliate.Policy;

/// <summary>One condition of a selector. <c>matchLabels</c> are written as <see cref="SelectorOperator.In"/> with one value.</summary>
public sealed class SelectorRequirement : IEquatable<SelectorRequirement>
{
    private readonly string[] _values;

    /// <exception cref="ArgumentException">Values with an operator that takes none, or none with one that needs them.</exception>
    public SelectorRequirement(string source, string key, SelectorOperator op, params IEnumerable<string> values)
    {
        Source = source;
        Key = key;
        Operator = op;
        _values = [.. values.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
        if (TakesValues(op) != _values.Length > 0)
            throw new ArgumentException($"{op} with {_values.Length} values", nameof(values));
    }

    /// <summary>One of <see cref="LabelSources"/>; <see cref="LabelSources.Any"/> looks at labels of every source.</summary>
    public string Source { get; }

    public string Key { get; }

    public SelectorOperator Operator { get; }

    /// <summary>Sorted, each once.</summary>
    public IReadOnlyList<string> Values => _values;

    /// <summary>Holds only for sets that have the key.</summary>
    public bool NeedsKey => Operator is SelectorOperator.In or SelectorOperator.Exists;

    public static bool TakesValues(SelectorOperator op) => op is SelectorOperator.In or SelectorOperator.NotIn;

    /// <summary>As Kubernetes: NotIn and DoesNotExist hold where the key is absent. Where several sources have the key,
    /// In needs one of them to match and NotIn none.</summary>
    public bool Matches(LabelSet labels)
    {
        bool keyFound = false;
        bool valueFound = false;
        foreach (ref readonly var label in labels.AsSpan())
        {
            if (label.Key != Key || (Source != LabelSources.Any && label.Source != Source))
                continue;
            keyFound = true;
            valueFound |= Array.BinarySearch(_values, label.Value, StringComparer.Ordinal) >= 0;
        }
        return Operator switch
        {
            SelectorOperator.In => valueFound,
            SelectorOperator.NotIn => !valueFound,
            SelectorOperator.Exists => keyFound,
            _ => !keyFound,
        };
    }

    public bool Equals(SelectorRequirement? other) =>
        other is not null && Operator == other.Operator && Key == other.Key && Source == other.Source
        && _values.AsSpan().SequenceEqual(other._values);

    public override bool Equals(object? obj) => Equals(obj as SelectorRequirement);

    public override int GetHashCode()
    {
        var hash = new HashCode();
        hash.Add(Source);
        hash.Add(Key);
        hash.Add(Operator);
        foreach (string value in _values)
            hash.Add(value);
        return hash.ToHashCode();
    }

    public override string ToString() => Operator switch
    {
        SelectorOperator.In when _values.Length == 1 => $"{Source}:{Key}={_values[0]}",
        SelectorOperator.In => $"{Source}:{Key} in ({string.Join(',', _values)})",
        SelectorOperator.NotIn => $"{Source}:{Key} notin ({string.Join(',', _values)})",
        SelectorOperator.Exists => $"{Source}:{Key}",
        _ => $"!{Source}:{Key}",
    };
}
