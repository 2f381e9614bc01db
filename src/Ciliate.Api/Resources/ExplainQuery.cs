namespace Ciliate.Api;

/// <summary>Which packet to explain: from, to and what it is, or a flow that was seen.</summary>
/// <param name="From">Who sends it: endpoint name or number, label <c>key=value</c> (several with commas), IP address, <c>identity:N</c>, or a
/// reserved name such as <c>host</c> or <c>world</c>.</param>
/// <param name="To">Who gets it, likewise.</param>
/// <param name="Protocol"><c>tcp</c>, <c>udp</c>, <c>sctp</c>, <c>icmp</c>, <c>icmpv6</c> or an IANA number.</param>
/// <param name="Port">Destination port.</param>
/// <param name="IcmpType">Name or number of an ICMP or ICMPv6 message type.</param>
/// <param name="Flow">Instead of all others: <see cref="Api.Flow.Id"/> of a flow that the agent still has.</param>
public sealed record ExplainQuery(
    string? From = null, string? To = null, string? Protocol = null, ushort? Port = null, string? IcmpType = null, ulong? Flow = null)
{
    public const string FromKey = "from";
    public const string ToKey = "to";
    public const string ProtocolKey = "protocol";
    public const string PortKey = "port";
    public const string IcmpTypeKey = "icmp-type";
    public const string FlowKey = "flow";
}
