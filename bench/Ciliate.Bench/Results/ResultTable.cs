using System.Globalization;
using Ciliate.Bench.Neighbours;
using Ciliate.Bench.Topologies;
using Spectre.Console;

namespace Ciliate.Bench.Results;

/// <summary>Every contender of every case, for people: a case's own row set, the plainest contender first.</summary>
internal static class ResultTable
{
    private static readonly string[] s_order =
    [
        VethTopology.Name, FloorTopology.Redirect, FloorTopology.RedirectWithState, BridgeTopology.Name, NeighbourRuns.Idle, NeighbourRuns.OneFlow,
        Comparison.Ours,
    ];

    public static void Print(Series series)
    {
        var table = new Table().Border(TableBorder.Simple)
            .AddColumn("case").AddColumn("contender")
            .AddColumn(Right("median")).AddColumn(Right("min – max")).AddColumn("unit")
            .AddColumn(Right("÷ first")).AddColumn(Right("ciliate ÷ it"));
        foreach (string name in series.Cases)
            AddCase(table, series, name);
        // A terminal's width is not a file's.
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Out) });
        console.Profile.Width = Math.Max(console.Profile.Width, 150);
        console.Write(table);
    }

    private static void AddCase(Table table, Series series, string name)
    {
        string[] contenders = [.. series.ContendersOf(name).OrderBy(Rank)];
        double first = MedianOf(series, name, contenders[0]);
        var ours = series.Values(name, Comparison.Ours);
        foreach (string contender in contenders)
        {
            var statistics = Statistics.Of(series.Values(name, contender));
            string toOurs = ours.Count > 0 && contender != Comparison.Ours ? Two(Statistics.Of(ours).Median / statistics.Median) : "";
            table.AddRow(
                contender == contenders[0] ? name : "", Markup.Escape(contender), Figure(statistics.Median),
                $"{Figure(statistics.Min)} – {Figure(statistics.Max)}", series.MeasureOf(name).Unit,
                contenders.Length > 1 ? Two(statistics.Median / first) : "", toOurs);
        }
        if (ours.Count > 0 && References.OfCilium(name) is double reference)
        {
            string ratio = Two(Statistics.Of(ours).Median / reference);
            table.AddRow("", References.Cilium, Figure(reference), "", series.MeasureOf(name).Unit, "", ratio);
        }
    }

    private static double MedianOf(Series series, string name, string contender) => Statistics.Of(series.Values(name, contender)).Median;

    private static int Rank(string contender) => Array.IndexOf(s_order, contender) is var index && index < 0 ? -1 : index;

    private static TableColumn Right(string title) => new TableColumn(title).RightAligned();

    private static string Two(double value) => value.ToString("0.00", CultureInfo.InvariantCulture);

    private static string Figure(double value) => value.ToString(value < 1000 ? "0.00" : "0", CultureInfo.InvariantCulture);
}
