using System.Text.Json.Serialization;

namespace Ciliate.Api;

/// <summary>An endpoint as the kernel knows it.</summary>
/// <param name="Generation">Of the commit word; 0: none, all packets are dropped.</param>
/// <param name="Slot">Of the commit word: where its tables are.</param>
/// <param name="InterfaceIndex">Of the host end.</param>
/// <param name="Flows">Tracked flows that count against its quota.</param>
/// <param name="Incoming">Those of them that strangers opened, from neither this host nor its containers.</param>
public sealed record EndpointMapEntry(
    ushort Id,
    uint Generation,
    uint Slot,
    int InterfaceIndex,
    string Mac,
    uint Identity,
    uint Flows,
    uint Incoming,
    [property: JsonPropertyName("ipv4")] string? IPv4 = null,
    [property: JsonPropertyName("ipv6")] string? IPv6 = null,
    string? Name = null);
