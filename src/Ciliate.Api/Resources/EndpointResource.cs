using System.Text.Json.Serialization;

namespace Ciliate.Api;

/// <summary>A container's attachment. Shape and names of Cilium's <c>Endpoint</c>.</summary>
/// <param name="Id">1–4095.</param>
public sealed record EndpointResource(ushort Id, EndpointStatus Status);

/// <param name="State">One of <see cref="EndpointState"/>.</param>
public sealed record EndpointStatus(
    string State,
    EndpointExternalIdentifiers ExternalIdentifiers,
    IdentityResource Identity,
    EndpointNetworking Networking,
    EndpointPolicyStatus Policy,
    EndpointTraffic Traffic);

public static class EndpointState
{
    /// <summary>Has a generation in the kernel that is the one wanted.</summary>
    public const string Ready = "ready";

    /// <summary>A generation is being made; until there is a first one, all packets are dropped.</summary>
    public const string Regenerating = "regenerating";

    /// <summary>The kernel refused; the agent tries again.</summary>
    public const string Invalid = "invalid";

    /// <summary>Its network namespace is gone; the endpoint waits for its delete.</summary>
    public const string Disconnected = "disconnected";
}

/// <param name="ContainerName">The endpoint's name, unique within the agent.</param>
/// <param name="NetworkNamespace">Path or process it was made from.</param>
public sealed record EndpointExternalIdentifiers(
    string ContainerName,
    [property: JsonPropertyName("netns")] string? NetworkNamespace = null);

/// <param name="Addressing">One pair; as a list because Cilium has one.</param>
/// <param name="HostMac">MAC of the host end, with colons; the gateway answers with it.</param>
/// <param name="InterfaceName">Of the host end.</param>
/// <param name="InterfaceIndex">Of the host end.</param>
/// <param name="Mac">The container's MAC, with colons.</param>
public sealed record EndpointNetworking(
    IReadOnlyList<AddressPair> Addressing,
    string HostMac,
    string Mac,
    string InterfaceName,
    int InterfaceIndex,
    string ContainerInterfaceName);

/// <param name="PolicyEnabled">Directions with default deny: <c>none</c>, <c>ingress</c>, <c>egress</c> or <c>both</c>.</param>
/// <param name="PolicyRevision">Revision of the policies that the kernel enforces on it.</param>
/// <param name="Generation">Number of the generation that is current in the kernel; 0: none, all packets are dropped.</param>
/// <param name="Policies">Policies that select it, as <c>namespace/name</c>.</param>
public sealed record EndpointPolicyStatus(string PolicyEnabled, ulong PolicyRevision, uint Generation, IReadOnlyList<string> Policies);

/// <summary>Counted since the endpoint's maps were made. Egress leaves the container, ingress enters it; drops are packets.</summary>
/// <param name="JudgedAgain">Packets whose flow was judged anew, since a policy, labels or an address had changed.</param>
public sealed record EndpointTraffic(
    ulong EgressPackets, ulong EgressBytes, ulong IngressPackets, ulong IngressBytes, ulong Drops, ulong JudgedAgain);
