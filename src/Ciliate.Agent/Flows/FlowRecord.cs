using System.Net;
using Ciliate.Datapath;
using Ciliate.Policy;

namespace Ciliate.Agent.Flows;

/// <summary>One side of a flow with the names that were current when the event came.</summary>
/// <param name="Port">Host order; 0 for protocols without ports.</param>
/// <param name="EndpointId">0 when the address is not a local container's.</param>
/// <param name="EndpointName">Null when the address is not a local container's.</param>
public sealed record FlowPeer(
    IPAddress? Address, ushort Port, uint Identity, ushort EndpointId, string? EndpointName, LabelSet Labels);

/// <summary>A verdict event with names instead of numbers.</summary>
/// <param name="Sequence">Counts the events of this run of the agent from 1.</param>
/// <param name="DropReason">Text of the reason; null when forwarded.</param>
/// <param name="Rule">Text of the rule that gave the verdict; null when no rule was asked.</param>
public sealed record FlowRecord(ulong Sequence, VerdictEvent Event, FlowPeer Source, FlowPeer Destination, string? DropReason, string? Rule);
