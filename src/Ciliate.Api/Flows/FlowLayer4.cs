using System.Text.Json.Serialization;

namespace Ciliate.Api;

/// <summary>At most one of the members is set.</summary>
/// <param name="Other">IANA protocol number of a protocol that is none of the named ones (ours).</param>
public sealed record FlowLayer4(
    [property: JsonPropertyName("TCP")] FlowTcp? Tcp = null,
    [property: JsonPropertyName("UDP")] FlowUdp? Udp = null,
    [property: JsonPropertyName("ICMPv4")] FlowIcmp? IcmpV4 = null,
    [property: JsonPropertyName("ICMPv6")] FlowIcmp? IcmpV6 = null,
    [property: JsonPropertyName("protocol")] byte? Other = null);

public sealed record FlowTcp(
    [property: JsonPropertyName("source_port")] ushort SourcePort,
    [property: JsonPropertyName("destination_port")] ushort DestinationPort,
    [property: JsonPropertyName("flags")] FlowTcpFlags Flags);

public sealed record FlowUdp(
    [property: JsonPropertyName("source_port")] ushort SourcePort,
    [property: JsonPropertyName("destination_port")] ushort DestinationPort);

/// <param name="Type">ICMP type (RFC 792, RFC 4443); null when the event does not carry it.</param>
/// <param name="Code">Null when the event does not carry it.</param>
public sealed record FlowIcmp(
    [property: JsonPropertyName("type")] byte? Type = null,
    [property: JsonPropertyName("code")] byte? Code = null);
