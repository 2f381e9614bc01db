using System.Text.Json.Serialization;

namespace Ciliate.Api;

/// <summary>Asks for a new endpoint. Exactly one of <paramref name="NetworkNamespace"/> and <paramref name="Pid"/> is given.</summary>
/// <param name="Labels"><c>key=value</c>, without a source.</param>
/// <param name="NetworkNamespace">Absolute path of the container's network namespace.</param>
/// <param name="Pid">A process that lives in it, in the agent's PID namespace.</param>
/// <param name="ContainerInterfaceName">Name of the interface inside; null: <c>eth0</c>.</param>
/// <param name="Addressing">Addresses to give; null, or null per family: the agent chooses from its ranges.</param>
/// <param name="NamedPorts"><c>NAME=PORT/PROTOCOL</c> each: what policies may call its ports.</param>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record EndpointChangeRequest(
    IReadOnlyList<string> Labels,
    [property: JsonPropertyName("netns")] string? NetworkNamespace = null,
    int? Pid = null,
    string? ContainerInterfaceName = null,
    AddressPair? Addressing = null,
    IReadOnlyList<string>? NamedPorts = null)
{
    public const string DefaultInterfaceName = "eth0";
}

/// <summary>Addresses without a prefix length; null: none of this family.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record AddressPair(
    [property: JsonPropertyName("ipv4")] string? IPv4 = null,
    [property: JsonPropertyName("ipv6")] string? IPv6 = null);
