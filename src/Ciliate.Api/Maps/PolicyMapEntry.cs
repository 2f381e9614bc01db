namespace Ciliate.Api;

/// <summary>One line of an endpoint's current verdict table.</summary>
/// <param name="Endpoint">Number of the endpoint.</param>
/// <param name="EndpointName">Null when the agent does not know it (yet).</param>
/// <param name="Direction"><c>ingress</c> or <c>egress</c>.</param>
/// <param name="Identity">Of the peer; 0: every identity.</param>
/// <param name="Protocol">IANA number; 0: every protocol.</param>
/// <param name="Port">First port that matches, host order; 0 with length 0: every port.</param>
/// <param name="PortPrefixLength">Leading bits of the port that must match, 0–16.</param>
/// <param name="Action"><c>allow</c> or <c>deny</c>.</param>
/// <param name="Precedence">Of all entries that match, the highest decides.</param>
/// <param name="Rule">Text of the rule it stands for; null when unknown.</param>
public sealed record PolicyMapEntry(
    ushort Endpoint,
    uint Generation,
    string Direction,
    uint Identity,
    IReadOnlyList<string> Labels,
    byte Protocol,
    ushort Port,
    byte PortPrefixLength,
    string Action,
    uint Precedence,
    uint RuleId,
    string? Rule = null,
    string? EndpointName = null);
