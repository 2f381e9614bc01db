using Ciliate.Fuzz.Execution;
using Ciliate.Fuzz.Targets;
using SharpFuzz.Common;

namespace Ciliate.Fuzz.Campaigns;

/// <summary>Runs in the instrumented copy: of many files few that together reach what all reach.</summary>
internal static class CoverSearch
{
    private const int MapSize = 1 << 16;

    // A file for each last edge would make a heap of a corpus; a search finds those again in seconds.
    private const int LeastGain = 3;

    /// <summary>Prints files of the second folder that reach what the first does not: always the one that adds most, of equals the shortest.</summary>
    public static bool Run(IFuzzTarget target, string kept, string found)
    {
        var reached = new HashSet<int>(Reached(target, kept).SelectMany(candidate => candidate.Edges));
        Candidate[] left = Reached(target, found);
        while (true)
        {
            foreach (Candidate candidate in left)
                candidate.Gain = candidate.Edges.Count(edge => !reached.Contains(edge));
            left = [.. left.Where(candidate => candidate.Gain >= LeastGain).OrderByDescending(candidate => candidate.Gain).ThenBy(candidate => candidate.File.Length)];
            if (left.Length == 0)
                return true;
            Console.WriteLine(left[0].File.FullName);
            reached.UnionWith(left[0].Edges);
        }
    }

    private static Candidate[] Reached(IFuzzTarget target, string folder) =>
        [.. new DirectoryInfo(folder).EnumerateFiles().OrderBy(file => file.Name, StringComparer.Ordinal).Select(file => new Candidate(file, EdgesOf(target, file)))];

    private static unsafe int[] EdgesOf(IFuzzTarget target, FileInfo file)
    {
        byte[] input = File.ReadAllBytes(file.FullName);
        byte[] map = new byte[MapSize];
        fixed (byte* shared = map)
        {
            Trace.SharedMem = shared;
            Trace.PrevLocation = 0;
            if (Replay.Attempt(target, input) is not null)
                return [];
        }

        return [.. Enumerable.Range(0, MapSize).Where(edge => map[edge] != 0)];
    }

    private sealed class Candidate(FileInfo file, int[] edges)
    {
        public FileInfo File => file;

        public int[] Edges => edges;

        /// <summary>Edges that it adds to those reached.</summary>
        public int Gain { get; set; }
    }
}
