namespace Ciliate.Api;

/// <summary>A tracked flow by its original direction.</summary>
/// <param name="Protocol">IANA number.</param>
/// <param name="State">TCP: <c>syn-sent</c>, <c>picked-up</c>, <c>syn-received</c>, <c>established</c>, <c>closing</c>, <c>closed</c>;
/// others: <c>new</c>, <c>replied</c>; <c>denied</c> when it was judged anew and refused.</param>
/// <param name="ExpiresInSeconds">0: expired, not collected yet.</param>
/// <param name="EgressRule">Text of the source's rule that allows it; null when none was asked or known, and of a flow that is denied.</param>
/// <param name="IngressRule">Likewise of the destination.</param>
public sealed record FlowMapEntry(
    byte Protocol,
    FlowMapSide Source,
    FlowMapSide Destination,
    string State,
    int ExpiresInSeconds,
    string? EgressRule = null,
    string? IngressRule = null);

/// <param name="Port">Host order; 0 for protocols without ports, the id for ICMP echo.</param>
/// <param name="Endpoint">0: not a local container.</param>
/// <param name="Generation">Of the endpoint's policy it was judged under; 0 when not local.</param>
/// <param name="EndpointName">Null: not a local container.</param>
public sealed record FlowMapSide(string Address, ushort Port, uint Identity, ushort Endpoint, uint Generation, string? EndpointName = null);
