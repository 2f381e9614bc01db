namespace Ciliate.Policy;

/// <summary>A label of an endpoint: <c>source:key=value</c>. An empty value is written without the equals sign.</summary>
/// <param name="Source">One of <see cref="LabelSources"/>.</param>
/// <param name="Key">1 to 317 characters.</param>
/// <param name="Value">0 to 63 characters, never null.</param>
public readonly record struct Label(string Source, string Key, string Value) : IComparable<Label>
{
    /// <summary>Parses <c>app=web</c>, <c>app</c>, <c>k8s:app=web</c>.</summary>
    /// <param name="text">The label as written.</param>
    /// <param name="defaultSource">Source of a label that names none.</param>
    /// <exception cref="LabelException">The label is malformed.</exception>
    public static Label Parse(string text, string defaultSource = LabelSources.Container)
    {
        int equals = text.IndexOf('=', StringComparison.Ordinal);
        string name = equals < 0 ? text : text[..equals];
        string value = equals < 0 ? "" : text[(equals + 1)..];
        string? wrong = LabelSyntax.SplitKey(name, defaultSource, out string source, out string key)
            ?? (source == LabelSources.Any ? "the source \"any\" is for selectors only" : null)
            ?? LabelSyntax.CheckValue(value);
        return wrong is null ? new Label(source, key, value) : throw new LabelException($"label {Quoting.Quote(text)}: {wrong}");
    }

    public int CompareTo(Label other)
    {
        int order = string.CompareOrdinal(Source, other.Source);
        if (order == 0)
            order = string.CompareOrdinal(Key, other.Key);
        return order != 0 ? order : string.CompareOrdinal(Value, other.Value);
    }

    public override string ToString() => Value.Length == 0 ? $"{Source}:{Key}" : $"{Source}:{Key}={Value}";

    public static bool operator <(Label left, Label right) => left.CompareTo(right) < 0;

    public static bool operator >(Label left, Label right) => left.CompareTo(right) > 0;

    public static bool operator <=(Label left, Label right) => left.CompareTo(right) <= 0;

    public static bool operator >=(Label left, Label right) => left.CompareTo(right) >= 0;
}
