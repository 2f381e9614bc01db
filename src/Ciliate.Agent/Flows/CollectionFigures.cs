using Ciliate.Datapath;

namespace Ciliate.Agent.Flows;

/// <summary>What the collection of flows has done: its last round, and the longest step of any. Written by one thread, read by all.</summary>
public sealed class CollectionFigures
{
    private volatile Seen? _seen;

    /// <summary>Null until the first round has ended.</summary>
    public Seen? Latest => _seen;

    public void Add(CollectionRound round)
    {
        var before = _seen?.LongestStep ?? TimeSpan.Zero;
        _seen = new Seen(round, round.LongestStep > before ? round.LongestStep : before);
    }

    /// <param name="LongestStep">Of all rounds since the agent's start.</param>
    public sealed record Seen(CollectionRound Round, TimeSpan LongestStep);
}
