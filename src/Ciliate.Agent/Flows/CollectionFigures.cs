using Ciliate.Datapath;

namespace Ciliate.Agent.Flows;

/// <summary>What the collection of flows has done: its last round, and all of them. Written by one thread, read by all.</summary>
public sealed class CollectionFigures
{
    private volatile Seen? _seen;

    /// <summary>Null until the first round has ended.</summary>
    public Seen? Latest => _seen;

    public void Add(CollectionRound round)
    {
        var before = _seen ?? new Seen(round, TimeSpan.Zero, 0, 0);
        _seen = new Seen(
            round, round.LongestStep > before.LongestStep ? round.LongestStep : before.LongestStep,
            before.Rounds + 1, before.Removed + round.Removed);
    }

    /// <param name="LongestStep">Of all rounds since the agent's start.</param>
    /// <param name="Rounds">How many there were.</param>
    /// <param name="Removed">Flows that they removed.</param>
    public sealed record Seen(CollectionRound Round, TimeSpan LongestStep, long Rounds, long Removed);
}
