using System.Text.Json.Serialization;

namespace Ciliate.Api;

/// <summary>One verdict of the datapath: the first packet of a flow, a flow that was judged anew, or a drop. JSON names and values are those
/// of Hubble's <c>flow.Flow</c> where it has them; <see cref="Rule"/>, <see cref="Generation"/> and <see cref="Length"/> are ours.</summary>
/// <param name="Time">UTC, RFC 3339.</param>
/// <param name="Verdict">One of <see cref="FlowVerdict"/>.</param>
/// <param name="DropReason">Text of the reason, such as <c>policy denied ingress</c>; null when forwarded.</param>
/// <param name="TrafficDirection">As seen from the endpoint whose program judged: one of <see cref="FlowDirection"/>.</param>
/// <param name="IsReply">The packet runs against the direction in which its flow was opened.</param>
/// <param name="Type">Always <c>L3_L4</c> for now.</param>
/// <param name="Summary">One line for people, such as <c>TCP Flags: SYN</c>.</param>
/// <param name="Ip">Null when the packet was neither IPv4 nor IPv6.</param>
/// <param name="Layer4">Null when the packet was not parsed so far.</param>
/// <param name="Rule">The rule that gave the verdict; null when no rule was asked.</param>
/// <param name="Generation">The endpoint's generation it was judged under; 0 when none.</param>
/// <param name="Id">Counts the verdicts of this run of the agent, from 1; what "policy explain" asks for.</param>
/// <param name="Length">Bytes of the packet from its Ethernet header on.</param>
public sealed record Flow(
    [property: JsonPropertyName("time")] DateTimeOffset Time,
    [property: JsonPropertyName("verdict")] string Verdict,
    [property: JsonPropertyName("traffic_direction")] string TrafficDirection,
    [property: JsonPropertyName("is_reply")] bool IsReply,
    [property: JsonPropertyName("Type")] string Type,
    [property: JsonPropertyName("Summary")] string Summary,
    [property: JsonPropertyName("source")] FlowEndpoint Source,
    [property: JsonPropertyName("destination")] FlowEndpoint Destination,
    [property: JsonPropertyName("generation")] uint Generation,
    [property: JsonPropertyName("length")] uint Length,
    [property: JsonPropertyName("IP")] FlowIP? Ip = null,
    [property: JsonPropertyName("l4")] FlowLayer4? Layer4 = null,
    [property: JsonPropertyName("drop_reason_desc")] string? DropReason = null,
    [property: JsonPropertyName("rule")] string? Rule = null,
    [property: JsonPropertyName("id")] ulong? Id = null);

public static class FlowVerdict
{
    public const string Forwarded = "FORWARDED";
    public const string Dropped = "DROPPED";
}

public static class FlowDirection
{
    public const string Ingress = "INGRESS";
    public const string Egress = "EGRESS";
}

public static class FlowType
{
    public const string Layer3And4 = "L3_L4";
}
