using System.Globalization;

namespace Ciliate.Cli.Programs;

/// <summary>Differences as people read them: what only the first has behind a minus, what only the second has behind a plus.</summary>
internal static class DifferenceWriter
{
    public static void Write(IReadOnlyList<ProgramDifference> differences, string left, string right, bool withSource, Terminal terminal)
    {
        if (differences.Count == 0)
            terminal.Message($"the programs of {left} and {right} are the same");
        foreach (ProgramDifference difference in differences)
        {
            string head = difference.Function == difference.Program ? difference.Function : $"{difference.Function} (in {difference.Program})";
            CodeWriter.WriteLine(
                terminal, string.Create(CultureInfo.InvariantCulture, $"{head}: -{difference.Removed} {left}, +{difference.Added} {right}"), CellStyle.Header);
            foreach (DifferenceLine line in difference.Lines)
            {
                if (withSource && CodeWriter.SourceOf(line.File, line.Line, line.Source) is { } source)
                    CodeWriter.WriteLine(terminal, $"{line.Mark} {source}", CellStyle.Muted);
                CodeWriter.WriteLine(terminal, $"{line.Mark} {line.Text}", StyleOf(line.Mark));
            }
        }
    }

    private static CellStyle StyleOf(string mark) => mark switch
    {
        "-" => CellStyle.Bad,
        "+" => CellStyle.Good,
        _ => CellStyle.Plain,
    };
}
