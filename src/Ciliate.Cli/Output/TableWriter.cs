using Spectre.Console;

namespace Ciliate.Cli;

/// <summary>Columns without borders. A terminal wraps what is too wide for it; piped, every row is one line and nothing is cut.</summary>
internal static class TableWriter
{
    private const int Gap = 3;
    private const int Unlimited = 1_000_000;

    public static void Write(TableView view, Terminal terminal)
    {
        using var text = new StringWriter { NewLine = "\n" };
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(text),
            Ansi = terminal.Colours ? AnsiSupport.Yes : AnsiSupport.No,
            ColorSystem = terminal.Colours ? ColorSystemSupport.Standard : ColorSystemSupport.NoColors,
            Interactive = InteractionSupport.No,
            Enrichment = new ProfileEnrichment { UseDefaultEnrichers = false },
        });
        console.Profile.Width = terminal.Width ?? Unlimited;
        console.Write(Build(view));
        foreach (string line in text.ToString().TrimEnd('\n').Split('\n'))
            terminal.Out.WriteLine(line.TrimEnd(' '));
    }

    private static Table Build(TableView view)
    {
        var table = new Table { Border = TableBorder.None, ShowHeaders = view.Headers is not null };
        int columns = view.Headers?.Count ?? 2;
        for (int column = 0; column < columns; column++)
        {
            var header = new Text(view.Headers?[column] ?? "", new Style(decoration: Decoration.Bold));
            table.AddColumn(new TableColumn(header) { Padding = new Padding(0, 0, column + 1 < columns ? Gap : 0, 0) });
        }

        foreach (Cell[] row in view.Rows)
            table.AddRow(row.Select(cell => new Text(OneLine.Of(cell.Text), StyleOf(cell.Style))));
        return table;
    }

    private static Style StyleOf(CellStyle style) => style switch
    {
        CellStyle.Good => new Style(Color.Green),
        CellStyle.Bad => new Style(Color.Red),
        CellStyle.Muted => new Style(decoration: Decoration.Dim),
        _ => Style.Plain,
    };
}
