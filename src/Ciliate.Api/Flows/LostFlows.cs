using System.Text.Json.Serialization;

namespace Ciliate.Api;

/// <summary>A line in the stream of flows that tells of a gap at this place (Hubble's <c>flow.LostEvent</c>).</summary>
public sealed record LostFlows([property: JsonPropertyName(LostFlows.Key)] LostFlowCount Lost)
{
    /// <summary>The first and only key of such a line; flows never have it.</summary>
    public const string Key = "lost_events";
}

/// <param name="Source">Who was too slow: <c>PERF_EVENT_RING_BUFFER</c> (the agent) or <c>HUBBLE_RING_BUFFER</c> (the reader of this stream).</param>
public sealed record LostFlowCount(
    [property: JsonPropertyName("source")] string Source,
    [property: JsonPropertyName("num_events_lost")] ulong Count)
{
    public const string KernelRing = "PERF_EVENT_RING_BUFFER";
    public const string Reader = "HUBBLE_RING_BUFFER";
}
