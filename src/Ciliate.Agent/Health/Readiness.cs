using System.Globalization;
using Ciliate.Agent.Control;

namespace Ciliate.Agent.Health;

public enum AgentPhase
{
    /// <summary>What is in the kernel is being taken over; nothing can be asked for yet.</summary>
    Starting,
    Ready,
    Stopping,
}

/// <summary>An answer to a probe.</summary>
/// <param name="Sentence">Why.</param>
public sealed record ProbeResult(bool Good, string Sentence);

/// <summary>Whether the agent lives and can work. Asks nobody who may be stuck. Thread-safe.</summary>
public sealed class Readiness(ControlLoop loop, HealthBoard board, TimeProvider time)
{
    /// <summary>Far longer than any piece of work takes, also on a busy machine with ten thousand policies.</summary>
    public static readonly TimeSpan LongestWork = TimeSpan.FromSeconds(60);

    private volatile AgentPhase _phase;
    private readonly DateTimeOffset _started = time.GetUtcNow();

    public AgentPhase Phase => _phase;

    public void Enter(AgentPhase phase) => _phase = phase;

    /// <summary>Not good when only a restart helps.</summary>
    public ProbeResult Live => loop.Working > LongestWork
        ? new ProbeResult(false, $"the control loop has been at one piece of work for {Seconds(loop.Working)}; nothing changes meanwhile")
        : new ProbeResult(true, "the agent lives");

    /// <summary>Not good when requests cannot be answered now. What is wrong beside is told.</summary>
    public ProbeResult Ready => (Phase, Live, board.Problems) switch
    {
        (AgentPhase.Starting, _, _) => new ProbeResult(false, $"the agent is starting since {Text(_started)}: it takes over what is in the kernel; ask again"),
        (AgentPhase.Stopping, _, _) => new ProbeResult(false, "the agent is stopping; containers stay connected and protected"),
        (_, { Good: false } stuck, _) => stuck,
        (_, _, [var first, ..] all) => new ProbeResult(true, $"degraded since {Text(first.Since)}: {first.Message}{More(all.Count - 1)}"),
        _ => new ProbeResult(true, $"ok since {Text(board.WellSince)}: {AllWell}"),
    };

    public const string AllWell = "all endpoints are connected and protected";

    /// <summary>2026-01-31T12:00:00Z</summary>
    public static string Text(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    private static string More(int count) => count == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $" (and {count} more)");

    private static string Seconds(TimeSpan time) => string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:0} s");
}
