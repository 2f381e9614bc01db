using System.Globalization;
using Ciliate.Api;

namespace Ciliate.Cli.Programs;

/// <summary>Instructions, a line each, with the functions that they are in and the source lines that they come from.</summary>
internal static class CodeWriter
{
    public static void Write(EndpointProgramResource found, bool withSource, Terminal terminal)
    {
        foreach (ProgramResource program in found.Programs)
        {
            string? function = null;
            foreach (CodeLine line in program.Code ?? [])
            {
                if (line.Function != function)
                {
                    function = line.Function;
                    WriteLine(terminal, "", CellStyle.Plain);
                    WriteLine(terminal, function == program.Name ? $"{function}:" : $"{function}: (in {program.Name})", CellStyle.Header);
                }

                if (withSource && SourceOf(line.File, line.Line, line.Source) is { } source)
                    WriteLine(terminal, source, CellStyle.Muted);
                WriteLine(terminal, string.Create(CultureInfo.InvariantCulture, $"{line.Slot,6}: {line.Text}"), CellStyle.Plain);
            }
        }
    }

    /// <summary>Null where no line begins.</summary>
    public static string? SourceOf(string? file, uint? line, string? text) =>
        file is null ? null : string.Create(CultureInfo.InvariantCulture, $"; {file}:{line}: {text}");

    public static void WriteLine(Terminal terminal, string text, CellStyle style) =>
        terminal.Out.WriteLine(terminal.Colours && style != CellStyle.Plain ? Colour.Of(style, OneLine.Of(text)) : OneLine.Of(text));
}
