using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using Ciliate.Netlink;

namespace Ciliate.Agent.Endpoints;

/// <summary>By what the host reaches containers: at the host end of each one's veth, a route to each address from the gateway's, and a permanent
/// neighbour. The kernel takes them away when the interface is set down, as it has to be for another name on older kernels.</summary>
public sealed class HostWays(HostNetwork host)
{
    public void Make(int linkIndex, IPAddress address, PhysicalAddress containerMac)
    {
        // The container's MAC is known: the host need not ask, and nobody can answer in the container's place.
        host.Routes.ReplaceNeighbour(linkIndex, address, containerMac);
        host.Routes.AddRoute(
            new RouteSpec(Single(address)) { LinkIndex = linkIndex, PreferredSource = host.GatewayFor(address) }, replace: true);
    }

    /// <summary>Those to which one of the ways is missing. Reads routes and neighbours once, however many endpoints there are.</summary>
    internal IReadOnlyList<Endpoint> FindCut(IReadOnlyList<Endpoint> endpoints, HostView seen)
    {
        if (endpoints.Count == 0)
            return [];
        AddressFamily[] families = [.. host.Gateways.Select(gateway => gateway.AddressFamily)];
        HashSet<(int, IPNetwork, IPAddress?)> routes =
        [
            .. families.SelectMany(seen.Routes).Where(route => route.Type == RouteType.Unicast)
                .Select(route => (route.LinkIndex, route.Destination, route.PreferredSource)),
        ];
        HashSet<(int, IPAddress, PhysicalAddress?)> neighbours =
        [
            .. families.SelectMany(seen.Neighbours).Where(row => row.State == NeighbourState.Permanent)
                .Select(row => (row.LinkIndex, row.Address, row.Mac)),
        ];
        return [.. endpoints.Where(endpoint => !endpoint.Addresses.All(address =>
            routes.Contains((endpoint.HostIfIndex, Single(address), host.GatewayFor(address)))
            && neighbours.Contains((endpoint.HostIfIndex, address, endpoint.ContainerMac))))];
    }

    /// <summary>Sets the host end up, and makes all ways that lead there.</summary>
    internal void Restore(Endpoint endpoint)
    {
        host.Routes.SetUp(endpoint.HostIfIndex);
        foreach (IPAddress address in endpoint.Addresses)
            Make(endpoint.HostIfIndex, address, endpoint.ContainerMac);
    }

    private static IPNetwork Single(IPAddress address) => new(address, address.GetAddressBytes().Length * 8);
}
