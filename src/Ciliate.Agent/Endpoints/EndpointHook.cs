using Ciliate.Agent.State;
using Ciliate.Api;
using Ciliate.Datapath;

namespace Ciliate.Agent.Endpoints;

/// <summary>A program of the user's at an endpoint.</summary>
public sealed record EndpointHook(TrafficDirection At, UserHook Program, DateTimeOffset Added)
{
    public static string Text(TrafficDirection at) => at == TrafficDirection.Egress ? HookPlaces.Egress : HookPlaces.Ingress;

    /// <summary>Null for any other word.</summary>
    public static TrafficDirection? Parse(string text) => text switch
    {
        HookPlaces.Egress => TrafficDirection.Egress,
        HookPlaces.Ingress => TrafficDirection.Ingress,
        _ => null,
    };

    public StoredHook ToStored() => new(Text(At), Program.File, Program.Program, Program.Digest, Added);

    /// <param name="read">Gives an object by its digest.</param>
    /// <exception cref="FormatException">The direction or the digest is not valid.</exception>
    /// <exception cref="StateException">The object is missing, or not as it was written.</exception>
    public static EndpointHook FromStored(StoredHook stored, Func<string, ReadOnlyMemory<byte>> read) => new(
        Parse(stored.At) ?? throw new FormatException($"'{stored.At}' is no direction"),
        new UserHook(read(stored.Sha256), stored.Sha256, stored.File, stored.Program),
        stored.Added);
}
