using System.Globalization;

namespace Ciliate.Fuzz.Campaigns;

/// <summary>What afl-fuzz tells of a run.</summary>
/// <param name="Paths">Inputs that each reach what no other does, the kept corpus included.</param>
/// <param name="NewPaths">Those of them that this run found.</param>
/// <param name="Edges">Passages from one branch to another that were reached.</param>
internal sealed record AflStatistics(long Runs, double RunsPerSecond, int Paths, int NewPaths, int Edges)
{
    /// <summary>Null: it did not get so far as to write them.</summary>
    public static AflStatistics? Read(string file)
    {
        if (!File.Exists(file))
            return null;
        Dictionary<string, string> values = File.ReadLines(file)
            .Select(line => line.Split(':', 2, StringSplitOptions.TrimEntries))
            .Where(pair => pair.Length == 2)
            .ToDictionary(pair => pair[0], pair => pair[1]);
        return new AflStatistics(
            long.Parse(values["execs_done"], CultureInfo.InvariantCulture),
            double.Parse(values["execs_per_sec"], CultureInfo.InvariantCulture),
            int.Parse(values["corpus_count"], CultureInfo.InvariantCulture),
            int.Parse(values["corpus_found"], CultureInfo.InvariantCulture),
            int.Parse(values["edges_found"], CultureInfo.InvariantCulture));
    }

    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{Runs} runs, {RunsPerSecond:0}/s, {Edges} edges, {Paths} paths, {NewPaths} of them new");
}
