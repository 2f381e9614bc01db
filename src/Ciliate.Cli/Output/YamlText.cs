using System.Globalization;
using System.Text.Json;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Ciliate.Cli;

/// <summary>Writes JSON as YAML, event by event: no object mapping, so no reflection.</summary>
internal static class YamlText
{
    /// <summary>Words that a reader of YAML 1.1 or 1.2 takes for something other than text.</summary>
    private static readonly string[] Words = ["", "~", "null", "true", "false", "yes", "no", "on", "off", "y", "n", ".nan", ".inf", "-.inf", "+.inf"];

    public static void Write(JsonElement element, TextWriter output)
    {
        var emitter = new Emitter(output, EmitterSettings.Default.WithBestWidth(int.MaxValue));
        emitter.Emit(new StreamStart());
        emitter.Emit(new DocumentStart(null, null, isImplicit: true));
        WriteNode(element, emitter);
        emitter.Emit(new DocumentEnd(isImplicit: true));
        emitter.Emit(new StreamEnd());
    }

    private static void WriteNode(JsonElement element, Emitter emitter)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                WriteMapping(element, emitter);
                break;
            case JsonValueKind.Array:
                WriteSequence(element, emitter);
                break;
            case JsonValueKind.String:
                WriteText(element.GetString()!, emitter);
                break;
            default:
                emitter.Emit(new Scalar(AnchorName.Empty, TagName.Empty, element.GetRawText(), ScalarStyle.Plain, true, false));
                break;
        }
    }

    private static void WriteMapping(JsonElement element, Emitter emitter)
    {
        JsonElement.ObjectEnumerator members = element.EnumerateObject();
        MappingStyle style = members.Any() ? MappingStyle.Block : MappingStyle.Flow;
        emitter.Emit(new MappingStart(AnchorName.Empty, TagName.Empty, true, style));
        foreach (JsonProperty member in members)
        {
            WriteText(member.Name, emitter);
            WriteNode(member.Value, emitter);
        }

        emitter.Emit(new MappingEnd());
    }

    private static void WriteSequence(JsonElement element, Emitter emitter)
    {
        SequenceStyle style = element.GetArrayLength() > 0 ? SequenceStyle.Block : SequenceStyle.Flow;
        emitter.Emit(new SequenceStart(AnchorName.Empty, TagName.Empty, true, style));
        foreach (JsonElement item in element.EnumerateArray())
            WriteNode(item, emitter);
        emitter.Emit(new SequenceEnd());
    }

    private static void WriteText(string text, Emitter emitter)
    {
        ScalarStyle style = text switch
        {
            _ when text.Contains('\n', StringComparison.Ordinal) && !string.IsNullOrWhiteSpace(text) => ScalarStyle.Literal,
            _ when string.IsNullOrWhiteSpace(text) || LooksLikeOther(text) => ScalarStyle.DoubleQuoted,
            _ => ScalarStyle.Any,
        };
        emitter.Emit(new Scalar(AnchorName.Empty, TagName.Empty, text, style, style != ScalarStyle.DoubleQuoted, true));
    }

    /// <summary>Whether the text, written plainly, would come back as a number, a date, a truth value or nothing.</summary>
    private static bool LooksLikeOther(string text) =>
        Words.Contains(text, StringComparer.OrdinalIgnoreCase)
        || char.IsAsciiDigit(text[0])
        || double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out _);
}
