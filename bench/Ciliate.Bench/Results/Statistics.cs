namespace Ciliate.Bench.Results;

/// <summary>Median and spread of a few rounds.</summary>
internal readonly record struct Statistics(double Median, double Min, double Max, int Runs)
{
    public static Statistics Of(IReadOnlyCollection<double> values)
    {
        double[] sorted = [.. values.Order()];
        int middle = sorted.Length / 2;
        double median = sorted.Length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
        return new Statistics(median, sorted[0], sorted[^1], sorted.Length);
    }
}
