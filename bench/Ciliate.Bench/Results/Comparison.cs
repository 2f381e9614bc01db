namespace Ciliate.Bench.Results;

/// <summary>From values to result lines: our contender beside every other one of the same case.</summary>
internal static class Comparison
{
    public const string Ours = "ciliate";

    /// <summary>Of our own alone, where there is nobody to compare with.</summary>
    public const string Nobody = "none";

    public static IEnumerable<ResultLine> LinesOf(Series series)
    {
        foreach (string name in series.Cases)
        {
            var ours = series.Values(name, Ours);
            if (ours.Count == 0)
                continue;
            bool alone = true;
            foreach (string peer in series.ContendersOf(name).Where(contender => contender != Ours))
            {
                alone = false;
                yield return Line(series, name, peer, ours, series.Values(name, peer));
            }
            if (References.OfCilium(name) is double reference)
                yield return LineOutsideRun(series, name, References.Cilium, ours, reference);
            else if (alone)
                yield return LineOutsideRun(series, name, Nobody, ours, theirs: null);
        }
    }

    private static ResultLine Line(Series series, string name, string peer, IReadOnlyList<double> ours, IReadOnlyList<double> theirs)
    {
        var own = Statistics.Of(ours);
        var other = Statistics.Of(theirs);
        var ratio = Statistics.Of([.. ours.Zip(theirs, (mine, its) => mine / its)]);
        var measure = series.MeasureOf(name);
        return new ResultLine(
            name, peer, Ratio(own.Median, other.Median), Better(measure.LowerIsBetter),
            Round(own.Median), Round(other.Median), measure.Unit, own.Runs,
            new Spread(Range(own), Range(other), [Math.Round(ratio.Min, 3), Math.Round(ratio.Max, 3)]));
    }

    private static ResultLine LineOutsideRun(Series series, string name, string peer, IReadOnlyList<double> ours, double? theirs)
    {
        var own = Statistics.Of(ours);
        var measure = series.MeasureOf(name);
        double? ratio = theirs is double other ? Ratio(own.Median, other) : null;
        return new ResultLine(
            name, peer, ratio, Better(measure.LowerIsBetter), Round(own.Median), theirs, measure.Unit, own.Runs,
            new Spread(Range(own), null, null));
    }

    private static double Ratio(double ours, double theirs) => Math.Round(ours / theirs, 3);

    private static double[] Range(Statistics statistics) => [Round(statistics.Min), Round(statistics.Max)];

    private static double Round(double value) => Math.Round(value, value < 100 ? 2 : value < 1000 ? 1 : 0);

    private static string Better(bool lower) => lower ? "lower" : "higher";
}
