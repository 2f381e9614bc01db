using System.Globalization;
using Ciliate.Bench.Workloads;

namespace Ciliate.Bench.Processes;

/// <summary>What a process holds: its own memory, and that of the maps it has open.</summary>
internal static class Memory
{
    public static readonly Measure Resident = new("agent-rss", "MiB", LowerIsBetter: true);
    public static readonly Measure Maps = new("kernel-map-memory", "MiB", LowerIsBetter: true);

    private const double Mebi = 1024 * 1024;

    /// <returns>MiB.</returns>
    public static double ResidentOf(int process) => Number(File.ReadLines($"/proc/{process}/status"), "VmRSS:") * 1024 / Mebi;

    /// <summary>Each map once, however many descriptors of it are open.</summary>
    /// <returns>MiB.</returns>
    public static double MapsOf(int process)
    {
        var byMap = new Dictionary<long, long>();
        foreach (string path in Directory.EnumerateFiles($"/proc/{process}/fdinfo"))
        {
            var lines = TryRead(path);
            if (lines.Any(line => line.StartsWith("map_id:", StringComparison.Ordinal)))
                byMap[Number(lines, "map_id:")] = Number(lines, "memlock:");
        }
        return byMap.Values.Sum() / Mebi;
    }

    private static string[] TryRead(string path)
    {
        try
        {
            return File.ReadAllLines(path);
        }
        catch (IOException)
        {
            // Closed since it was listed.
            return [];
        }
    }

    private static long Number(IEnumerable<string> lines, string key)
    {
        string line = lines.First(line => line.StartsWith(key, StringComparison.Ordinal));
        return long.Parse(line[key.Length..].Trim().Split(' ')[0], CultureInfo.InvariantCulture);
    }
}
