namespace Ciliate.Policy;

/// <summary>A node of a YAML document with the line it starts on, counted from 1.</summary>
internal abstract record YamlNode(int Line)
{
    public abstract string Kind { get; }
}

/// <param name="IsPlain">Written without quotes, and not as a block.</param>
internal sealed record YamlScalar(int Line, string Text, bool IsPlain) : YamlNode(Line)
{
    /// <summary>Written as nothing, <c>~</c> or <c>null</c>, without quotes.</summary>
    public bool IsNull => IsPlain && Text is ("" or "~" or "null" or "Null" or "NULL");

    public override string Kind => IsNull ? "empty" : "a single value";
}

internal sealed record YamlList(int Line, IReadOnlyList<YamlNode> Items) : YamlNode(Line)
{
    public override string Kind => "a list";
}

internal sealed record YamlMapping(int Line, IReadOnlyList<YamlEntry> Entries) : YamlNode(Line)
{
    public override string Kind => "a mapping";
}

internal readonly record struct YamlEntry(string Key, int Line, YamlNode Value);

/// <param name="Source">The document's text, without the line that separates it from the one before.</param>
internal sealed record YamlDocument(YamlNode Root, string Source);
