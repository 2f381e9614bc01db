using System.Globalization;

namespace Ciliate.Cli;

/// <summary>Aligned columns without borders, one line a row whatever its width. Our own because a full flow table has 65,536 rows:
/// Spectre.Console's table took 6.8 s of CPU time for it, this takes a few hundredths.</summary>
internal static class TableWriter
{
    private const string Gap = "   ";

    public static void Write(TableView view, Terminal terminal)
    {
        Cell[][] lines = view.Headers is { } headers
            ? [[.. headers.Select(header => new Cell(header, CellStyle.Header))], .. view.Rows]
            : [.. view.Rows];
        int[] widths = Widths(lines);
        bool colours = terminal.Colours;
        foreach (Cell[] line in lines)
            WriteLine(line, widths, colours, terminal.Out);
    }

    private static int[] Widths(Cell[][] lines)
    {
        var widths = new int[lines.Length > 0 ? lines.Max(line => line.Length) : 0];
        foreach (Cell[] line in lines)
        {
            for (int column = 0; column < line.Length; column++)
                widths[column] = Math.Max(widths[column], WidthOf(line[column].Text));
        }

        return widths;
    }

    private static void WriteLine(Cell[] line, int[] widths, bool colours, TextWriter output)
    {
        for (int column = 0; column < line.Length; column++)
        {
            Cell cell = line[column];
            string text = OneLine.Of(cell.Text);
            output.Write(colours ? Colour.Of(cell.Style, text) : text);
            if (column == line.Length - 1)
                break;
            for (int missing = widths[column] - WidthOf(text); missing > 0; missing--)
                output.Write(' ');
            output.Write(Gap);
        }

        output.WriteLine();
    }

    /// <summary>Characters as people count them.</summary>
    private static int WidthOf(string text) => System.Text.Ascii.IsValid(text) ? text.Length : new StringInfo(text).LengthInTextElements;
}
