using System.Text.Json.Serialization;

namespace Ciliate.Api;

/// <summary>A program of the user's that judges an endpoint's packets.</summary>
/// <param name="Endpoint">Its number.</param>
/// <param name="At"><see cref="HookPlaces"/>.</param>
/// <param name="Program">The C function.</param>
/// <param name="File">As it was called when it was added.</param>
/// <param name="Sha256">Of the compiled object.</param>
/// <param name="Maps">That the program uses.</param>
public sealed record EndpointHookResource(
    ushort Endpoint, string Name, string At, string Program, string File, string Sha256, DateTimeOffset Added, IReadOnlyList<UserMapResource> Maps);

/// <param name="Name">As in C; that of a data section begins with a dot.</param>
/// <param name="Type">Such as <c>Hash</c> or <c>PerCpuArray</c>.</param>
/// <param name="KernelId">By which the kernel knows it.</param>
/// <param name="Pin">Where it is pinned.</param>
public sealed record UserMapResource(string Name, string Type, uint KernelId, string Pin);

/// <summary>A program of the user's that shall judge an endpoint's packets.</summary>
/// <param name="Program">The C function; left out: the only one of the object.</param>
/// <param name="Replace">Whether it comes in the place of another, or there must be none yet.</param>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record EndpointHookRequest(
    string File, [property: JsonPropertyName("object")] ReadOnlyMemory<byte> Elf, string? Program = null, bool Replace = false)
{
    /// <summary>Bytes that an object may have.</summary>
    public const int LargestObject = 1 << 20;
}

/// <summary>The two ways of packets at an endpoint.</summary>
public static class HookPlaces
{
    /// <summary>What the container sends.</summary>
    public const string Egress = "egress";

    /// <summary>What it receives.</summary>
    public const string Ingress = "ingress";
}
