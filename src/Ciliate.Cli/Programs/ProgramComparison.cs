using System.Globalization;
using Ciliate.Api;

namespace Ciliate.Cli.Programs;

/// <summary>Two sets of programs, compared function by function.</summary>
internal static class ProgramComparison
{
    /// <summary>Lines of both beside a difference.</summary>
    private const int Context = 2;

    /// <returns>Functions that are the same in both are not among them.</returns>
    public static IReadOnlyList<ProgramDifference> Of(EndpointProgramResource left, EndpointProgramResource right) =>
    [
        .. left.Programs.SelectMany(program => Of(program.Name, Read(program), Read(right.Programs.First(other => other.Name == program.Name)))),
    ];

    private static IEnumerable<ProgramDifference> Of(string program, List<Row> left, List<Row> right)
    {
        ILookup<string, Row> lefts = left.ToLookup(row => row.Function), rights = right.ToLookup(row => row.Function);
        foreach (string function in left.Concat(right).Select(row => row.Function).Distinct())
        {
            List<DifferenceLine> lines = Lines([.. lefts[function]], [.. rights[function]], out int removed, out int added);
            if (lines.Count > 0)
                yield return new ProgramDifference(program, function, removed, added, lines);
        }
    }

    private static List<DifferenceLine> Lines(Row[] left, Row[] right, out int removed, out int added)
    {
        IReadOnlyList<(int Left, int Right)> common = LineDifference.Common([.. left.Select(row => row.Text)], [.. right.Select(row => row.Text)]);
        (removed, added) = (left.Length - common.Count, right.Length - common.Count);
        var all = new List<DifferenceLine>(left.Length + added);
        int nextLeft = 0, nextRight = 0;
        foreach ((int untilLeft, int untilRight) in common.Append((left.Length, right.Length)))
        {
            all.AddRange(left[nextLeft..untilLeft].Select(row => row.Marked("-")));
            all.AddRange(right[nextRight..untilRight].Select(row => row.Marked("+")));
            if (untilLeft < left.Length)
                all.Add(left[untilLeft].Marked(" "));
            (nextLeft, nextRight) = (untilLeft + 1, untilRight + 1);
        }

        return WithoutFar(all);
    }

    /// <summary>Without the lines of both that lie away from every difference.</summary>
    private static List<DifferenceLine> WithoutFar(List<DifferenceLine> all)
    {
        bool[] near = new bool[all.Count];
        for (int i = 0; i < all.Count; i++)
        {
            if (all[i].Mark != " ")
                near.AsSpan(Math.Max(0, i - Context)..Math.Min(all.Count, i + Context + 1)).Fill(true);
        }

        return [.. all.Where((_, index) => near[index])];
    }

    /// <summary>Where a jump leads to is told by source lines: slots are others in every program.</summary>
    private static List<Row> Read(ProgramResource program)
    {
        IReadOnlyList<CodeLine> code = program.Code ?? [];
        var places = new Dictionary<int, string>();
        string place = "";
        foreach (CodeLine line in code)
        {
            place = line.File is { } file ? string.Create(CultureInfo.InvariantCulture, $"{Path.GetFileName(file)}:{line.Line}") : place;
            places[line.Slot] = place;
        }

        return [.. code.Select(line => new Row(line.Function, TextOf(line, places), line))];
    }

    private static string TextOf(CodeLine line, Dictionary<int, string> places) => line.Target is { } target && places.TryGetValue(target, out string? place)
        ? $"{line.Text[..(line.Text.LastIndexOf(' ') + 1)]}{place}"
        : line.Text;

    private sealed record Row(string Function, string Text, CodeLine Line)
    {
        public DifferenceLine Marked(string mark) => new(mark, Text, Line.File, Line.Line, Line.Source);
    }
}
