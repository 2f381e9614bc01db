using static Ciliate.EndToEnd.Tests.Frames.HostileContainerTests;

namespace Ciliate.EndToEnd.Tests.Frames.Lies;

/// <summary>Something a container says that it has no right to say.</summary>
/// <param name="Reason">That it is dropped for.</param>
public sealed record Lie(string Name, string Reason, Func<Neighbours, byte[]> Build)
{
    /// <summary>The whole matrix.</summary>
    public static IReadOnlyList<Lie> All { get; } =
        [.. LinkLies.All, .. AddressLies.All, .. ArpLies.All, .. NeighbourDiscoveryLies.All, .. MessageLies.All, .. RouteLies.All];
}
