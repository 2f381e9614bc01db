using System.Text.Json.Serialization;

namespace Ciliate.Api;

/// <summary>One side of a flow, with the names that were current when it was seen.</summary>
/// <param name="Id">Number of the local endpoint, 0 when the address is not a local container's.</param>
/// <param name="Identity">0 when unknown.</param>
/// <param name="Labels">Of the identity, with their source: <c>container:app=web</c>, <c>reserved:world</c>.</param>
/// <param name="Name">Name of the local endpoint; null when it is none.</param>
public sealed record FlowEndpoint(
    [property: JsonPropertyName("ID")] uint Id,
    [property: JsonPropertyName("identity")] uint Identity,
    [property: JsonPropertyName("labels")] IReadOnlyList<string> Labels,
    [property: JsonPropertyName("endpoint_name")] string? Name = null);

/// <param name="IPVersion"><c>IPv4</c> or <c>IPv6</c>.</param>
public sealed record FlowIP(
    [property: JsonPropertyName("source")] string Source,
    [property: JsonPropertyName("destination")] string Destination,
    [property: JsonPropertyName("ipVersion")] string IPVersion);
