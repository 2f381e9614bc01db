using System.Net.Sockets;

namespace Ciliate.Bench.Workloads;

/// <summary>What everything is measured over.</summary>
/// <param name="Name">The variant of a case.</param>
internal sealed record Family(AddressFamily Kernel, string Name)
{
    public static IReadOnlyList<Family> All { get; } = [new(AddressFamily.InterNetwork, "ipv4"), new(AddressFamily.InterNetworkV6, "ipv6")];
}
