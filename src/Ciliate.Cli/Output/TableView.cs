namespace Ciliate.Cli;

internal readonly record struct Cell(string Text, CellStyle Style = CellStyle.Plain)
{
    public static implicit operator Cell(string text) => new(text);
}

/// <summary>Rows as people see them.</summary>
/// <param name="Headers">Null: the rows are pairs of a name and a value.</param>
internal sealed record TableView(IReadOnlyList<string>? Headers, IReadOnlyList<Cell[]> Rows)
{
    public static TableView Of<T>(IReadOnlyList<string> headers, IEnumerable<T> items, Func<T, Cell[]> row) => new(headers, [.. items.Select(row)]);

    public static TableView Pairs(IEnumerable<(string Name, Cell Value)> pairs) =>
        new(null, [.. pairs.Select(pair => new[] { new Cell(pair.Name, CellStyle.Muted), pair.Value })]);
}
