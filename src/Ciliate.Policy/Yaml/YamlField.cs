namespace Ciliate.Policy;

/// <summary>A node with its place in the document, so that each error can say where it is. Path: <c>spec.ingress[0].toPorts</c>.</summary>
internal readonly record struct YamlField(string SourceName, string Path, int Line, YamlNode Node)
{
    public static YamlField Root(YamlDocument document, string sourceName) => new(sourceName, "", document.Root.Line, document.Root);

    public PolicyException Fail(string wrong) =>
        new($"{SourceName}:{Line}: {(Path.Length == 0 ? "" : Path + ": ")}{wrong}");

    public YamlMapping Mapping() => Node as YamlMapping ?? throw WrongKind("a mapping");

    /// <summary>A single value as it is written; numbers and booleans without quotes are taken as text.</summary>
    public string Text() => Node is YamlScalar { IsNull: false } scalar ? scalar.Text : throw WrongKind("a single value");

    /// <summary>Whether it is a single value without quotes, which YAML may take for something other than text.</summary>
    public bool IsPlain => Node is YamlScalar { IsPlain: true };

    public List<YamlField> Items()
    {
        if (Node is not YamlList list)
            throw WrongKind("a list");
        var items = new List<YamlField>(list.Items.Count);
        foreach (var item in list.Items)
            items.Add(new YamlField(SourceName, $"{Path}[{items.Count}]", item.Line, item));
        return items;
    }

    /// <summary>The fields of a mapping by any name.</summary>
    public List<(string Key, YamlField Field)> Fields()
    {
        var fields = new List<(string, YamlField)>();
        foreach (var entry in Mapping().Entries)
            fields.Add((entry.Key, Child(entry)));
        return fields;
    }

    /// <summary>The fields of a mapping whose names are fixed.</summary>
    /// <param name="known">Names that are read.</param>
    /// <param name="unsupported">Names that Cilium knows and this version refuses.</param>
    public Dictionary<string, YamlField> Fields(ReadOnlySpan<string> known, ReadOnlySpan<string> unsupported)
    {
        var fields = new Dictionary<string, YamlField>(StringComparer.Ordinal);
        foreach (var entry in Mapping().Entries)
        {
            var field = Child(entry);
            if (!known.Contains(entry.Key))
                throw field.Fail(unsupported.Contains(entry.Key) ? "is not supported yet" : "unknown field");
            fields.Add(entry.Key, field);
        }
        return fields;
    }

    /// <summary>A field that must be there.</summary>
    public YamlField Required(Dictionary<string, YamlField> fields, string name) =>
        fields.TryGetValue(name, out var field) ? field : throw (this with { Path = Join(name) }).Fail("is missing");

    private YamlField Child(YamlEntry entry) => new(SourceName, Join(entry.Key), entry.Line, entry.Value);

    private string Join(string key)
    {
        foreach (char c in key)
        {
            if (!char.IsAsciiLetterOrDigit(c))
                return $"{Path}[{Quoting.Quote(key)}]";
        }
        return Path.Length == 0 ? key : $"{Path}.{key}";
    }

    private PolicyException WrongKind(string wanted) => Fail($"must be {wanted}, but is {Node.Kind}");
}
