using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Ciliate.Policy;

/// <summary>
/// The part of YAML that policies need, read from the parser's events: mappings, lists and single values, nothing that refers,
/// converts or repeats. Time and memory are bounded by the limits below.
/// </summary>
internal sealed class YamlLoader
{
    public const int MaxTextLength = 4 << 20;
    public const int MaxDepth = 32;

    private readonly string _text;
    private readonly string _sourceName;
    private readonly Parser _parser;

    private YamlLoader(string text, string sourceName)
    {
        _text = text;
        _sourceName = sourceName;
        _parser = new Parser(new StringReader(text));
    }

    /// <summary>The documents that are not empty.</summary>
    /// <exception cref="PolicyException">Not YAML, beyond a limit, or with a part of YAML that is refused.</exception>
    public static IReadOnlyList<YamlDocument> Load(string text, string sourceName)
    {
        text = text.TrimStart('\ufeff');
        if (text.Length > MaxTextLength)
            throw new PolicyException($"{sourceName}: is longer than {MaxTextLength} characters");
        var loader = new YamlLoader(text, sourceName);
        try
        {
            return loader.LoadDocuments();
        }
        catch (YamlException e)
        {
            throw new PolicyException($"{sourceName}:{loader.LineOf(e)}: is not YAML: {OneLine(e.Message)}", e);
        }
    }

    private List<YamlDocument> LoadDocuments()
    {
        var documents = new List<YamlDocument>();
        Next();
        Next();
        int start = 0;
        while (_parser.Current is DocumentStart documentStart)
        {
            // Comments before the first line of a document without a separator belong to it.
            if (!documentStart.IsImplicit)
                start = (int)documentStart.End.Index;
            Next();
            var root = ReadNode(0);
            int end = (int)_parser.Current!.Start.Index;
            if (root is not YamlScalar { IsNull: true })
                documents.Add(new YamlDocument(root, _text[start..end].Trim('\r', '\n', ' ') + "\n"));
            start = (int)_parser.Current.End.Index;
            Next();
        }
        return documents;
    }

    /// <summary>Reads the node that starts at the current event, and goes to the event after it.</summary>
    private YamlNode ReadNode(int depth)
    {
        var current = _parser.Current ?? throw new YamlException("the text ends too early");
        if (current is not NodeEvent node || !node.Anchor.IsEmpty)
            throw Fail(current, "anchors and aliases are not supported in policies");
        if (!node.Tag.IsEmpty)
            throw Fail(node, "tags are not supported in policies");
        if (depth > MaxDepth)
            throw Fail(node, $"is nested more than {MaxDepth} levels deep");
        Next();
        return node switch
        {
            MappingStart => ReadMapping(LineOf(node.Start), depth),
            SequenceStart => ReadList(LineOf(node.Start), depth),
            Scalar scalar => ToScalar(scalar),
            _ => throw Fail(node, "is not a mapping, a list or a single value"),
        };
    }

    private YamlMapping ReadMapping(int line, int depth)
    {
        var entries = new List<YamlEntry>();
        var lines = new Dictionary<string, int>(StringComparer.Ordinal);
        while (_parser.Current is not MappingEnd)
        {
            var at = _parser.Current!;
            if (ReadNode(depth + 1) is not YamlScalar key)
                throw Fail(at, "the name of a field must be a single value");
            if (!lines.TryAdd(key.Text, key.Line))
                throw Fail(at, $"the field {Quoting.Quote(key.Text)} is given twice, first on line {lines[key.Text]}");
            entries.Add(new YamlEntry(key.Text, key.Line, ReadNode(depth + 1)));
        }
        Next();
        return new YamlMapping(line, entries);
    }

    private YamlList ReadList(int line, int depth)
    {
        var items = new List<YamlNode>();
        while (_parser.Current is not SequenceEnd)
            items.Add(ReadNode(depth + 1));
        Next();
        return new YamlList(line, items);
    }

    private static YamlScalar ToScalar(Scalar scalar) => new(LineOf(scalar.Start), scalar.Value, scalar.Style == ScalarStyle.Plain);

    private void Next()
    {
        try
        {
            _parser.MoveNext();
        }
        catch (Exception e) when (e is not YamlException and not OutOfMemoryException)
        {
            // The parser's own exceptions are not the only ones that broken text brings out of it.
            int line = LineOf(_parser.Current?.End ?? Mark.Empty);
            throw new PolicyException($"{_sourceName}:{line}: is not YAML: the text cannot be parsed from here on", e);
        }
    }

    private PolicyException Fail(ParsingEvent at, string wrong) => new($"{_sourceName}:{LineOf(at.Start)}: {wrong}");

    private static int LineOf(Mark mark) => (int)Math.Max(mark.Line, 1);

    /// <summary>The parser counts a line beyond the last, and blames a tab on the line where the mapping around it began.</summary>
    private int LineOf(YamlException error)
    {
        string[] lines = _text.TrimEnd().Split('\n');
        int line = Math.Min(LineOf(error.Start), lines.Length);
        if (!error.Message.Contains("tab", StringComparison.Ordinal))
            return line;
        int tab = Array.FindIndex(lines, line - 1, text => text.AsSpan(0, text.Length - text.AsSpan().TrimStart().Length).Contains('\t'));
        return tab < 0 ? line : tab + 1;
    }

    private static string OneLine(string message) => message.ReplaceLineEndings(" ").TrimEnd('.');
}
