namespace Ciliate.Api;

/// <summary>Which flows to send; what is null is not asked.</summary>
/// <param name="Last">How many past flows at most, the newest of those that match; null: as the agent likes (20).</param>
/// <param name="Follow">Keep the stream open and send flows as they come.</param>
/// <param name="Verdict"><c>forwarded</c> or <c>dropped</c>, in any case.</param>
/// <param name="From">A source: endpoint name, IP address, label <c>key=value</c>, or identity number.</param>
/// <param name="To">A destination, likewise.</param>
/// <param name="Port">Port of either side.</param>
/// <param name="Protocol"><c>tcp</c>, <c>udp</c>, <c>icmp</c>, <c>icmpv6</c>, <c>sctp</c>, in any case.</param>
public sealed record FlowQuery(
    int? Last = null,
    bool Follow = false,
    string? Verdict = null,
    string? From = null,
    string? To = null,
    ushort? Port = null,
    string? Protocol = null)
{
    public const int DefaultLast = 20;

    public const string LastKey = "last";
    public const string FollowKey = "follow";
    public const string VerdictKey = "verdict";
    public const string FromKey = "from";
    public const string ToKey = "to";
    public const string PortKey = "port";
    public const string ProtocolKey = "protocol";
}
