using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Ciliate.Cli;

/// <summary>Writes one answer in the form that was asked for.</summary>
internal sealed class Output(Terminal terminal, OutputFormat format)
{
    public OutputFormat Format => format;

    public Terminal Terminal => terminal;

    public static Output For(ParseResult parsed, Terminal terminal) => new(terminal, GlobalOptions.FormatOf(parsed));

    /// <param name="view">Makes what people see; not called for json and yaml.</param>
    public void Write<T>(T value, JsonTypeInfo<T> type, Func<T, TableView> view)
    {
        if (format == OutputFormat.Table)
            TableWriter.Write(view(value), terminal);
        else
            WriteData(value, type);
    }

    /// <summary>As JSON over several lines, or as one YAML document.</summary>
    public void WriteData<T>(T value, JsonTypeInfo<T> type)
    {
        JsonElement element = JsonSerializer.SerializeToElement(value, type);
        if (format == OutputFormat.Json)
            terminal.Out.WriteLine(JsonText.Write(element, indented: true));
        else
            YamlText.Write(element, terminal.Out);
    }

    /// <summary>As one of many: a line of JSON, or a YAML document that its mark separates from the one before.</summary>
    public void WriteOfMany<T>(T value, JsonTypeInfo<T> type)
    {
        JsonElement element = JsonSerializer.SerializeToElement(value, type);
        if (format == OutputFormat.Json)
        {
            terminal.Out.WriteLine(JsonText.Write(element, indented: false));
            return;
        }

        terminal.Out.WriteLine("---");
        YamlText.Write(element, terminal.Out);
    }

    /// <summary>Told to people beside the data, after what was written so far.</summary>
    public void Message(string text)
    {
        terminal.Out.Flush();
        terminal.Message(text);
    }
}
