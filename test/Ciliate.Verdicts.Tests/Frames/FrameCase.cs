using System.Diagnostics;
using System.Globalization;
using Ciliate.Datapath;

namespace Ciliate.Verdicts.Tests.Frames;

/// <summary>Shots that belong together, each under the policies of its round: what once showed a fault, or a kind of frame worth keeping.</summary>
internal sealed record FrameCase(int Seed, string Fault, IReadOnlyList<FrameShot> Shots)
{
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(1);

    /// <summary>A file of the corpus: seed and fault, then a shot a line.</summary>
    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{Seed} {Fault}\n") + string.Join('\n', Shots) + "\n";

    public static FrameCase Parse(string text)
    {
        string[] lines = text.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        string[] head = lines[0].Split(' ', 2);
        return new FrameCase(
            int.Parse(head[0], CultureInfo.InvariantCulture), head[1], [.. lines[1..].Select(FrameShot.Parse)]);
    }

    /// <summary>Fewer shots with the same end: ever smaller parts before the last are left out, for a minute at most.</summary>
    public FrameCase Shrunk(FrameSetup setup, Func<PolicyEntry, PolicyEntry>? change = null)
    {
        long begun = Stopwatch.GetTimestamp();
        // often the last alone is enough
        var smallest = With([], setup, change) ?? this;
        for (int size = Math.Max(1, smallest.Shots.Count / 2); size >= 1; size /= 2)
        {
            for (int start = smallest.Shots.Count - 1 - size; start > -size && Stopwatch.GetElapsedTime(begun) < s_patience; start -= size)
            {
                int first = Math.Max(0, start);
                smallest = smallest.With([.. smallest.Shots.Take(first), .. smallest.Shots.Take(smallest.Shots.Count - 1).Skip(start + size)], setup, change) ?? smallest;
            }
        }
        return smallest;
    }

    /// <summary>The case with other shots before its last; null if that does not show it.</summary>
    private FrameCase? With(IReadOnlyList<FrameShot> before, FrameSetup setup, Func<PolicyEntry, PolicyEntry>? change)
    {
        if (before.Count == Shots.Count - 1)
            return null;
        var candidate = this with { Shots = [.. before, Shots[^1]] };
        return FrameCampaign.Replay(candidate, setup, change) is { } fault ? candidate with { Fault = fault } : null;
    }
}
