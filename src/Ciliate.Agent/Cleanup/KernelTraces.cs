using Ciliate.Agent.Configuration;
using Ciliate.Agent.Endpoints;
using Ciliate.Agent.Hosting;
using Ciliate.Api;
using Ciliate.Datapath;
using Ciliate.Linux;

namespace Ciliate.Agent.Cleanup;

/// <summary>What an agent leaves in the kernel: interfaces, which take their addresses, routes and neighbours along, the routes that close
/// its ranges, then the programs at the interfaces, the maps, and the BPF file system if an agent mounted it. Interfaces go first: a container never has a way without a guard.</summary>
internal static class KernelTraces
{
    /// <exception cref="AgentException">The root is on no BPF file system, or an endpoint lives in another network namespace.</exception>
    public static Inventory Find(AgentConfiguration configuration, HostNetwork host, DatapathRemains remains)
    {
        if (Directory.Exists(configuration.BpfRoot) && !FileSystem.IsBpf(configuration.BpfRoot))
            throw AgentException.Invalid($"bpf-root {configuration.BpfRoot} is not on a BPF file system, so no agent pinned anything there; nothing was removed");
        RefuseEndpointsElsewhere(host, remains);
        IReadOnlyList<DatapathRemain> pinned = remains.List();
        IReadOnlyList<Trace> found =
        [
            .. host.OwnLinks().Select(link => new Trace("interface", link.Name, () => host.Routes.TryDeleteLink(link.Name))),
            .. host.ClosingRoutes(host.Look()).Select(route => new Trace("route", route.Destination.ToString(), () => host.DeleteClosingRoute(route))),
            .. pinned.Select(remain => new Trace(remain.Kind, remain.Path, () => remains.Remove(remain))),
            .. Mount(configuration),
        ];
        return new Inventory(found, [.. remains.Strangers().Select(path => new CleanupItem("pin", path))]);
    }

    private static IEnumerable<Trace> Mount(AgentConfiguration configuration) => BpfMount.FindOurs([configuration.BpfRoot]) is { } mount
        ? [new Trace("mount", mount, () => FileSystem.Unmount(mount))]
        : [];

    private static void RefuseEndpointsElsewhere(HostNetwork host, DatapathRemains remains)
    {
        foreach ((ushort id, int index) in remains.EndpointInterfaces())
        {
            if (index != 0 && host.FindOwnLink(index) is null)
            {
                throw AgentException.Conflict(
                    $"endpoint {id}: its interface {index} lives in another network namespace; run cleanup there, nothing was removed");
            }
        }
    }
}
