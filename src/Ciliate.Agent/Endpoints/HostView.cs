using System.Net.Sockets;
using Ciliate.Netlink;

namespace Ciliate.Agent.Endpoints;

/// <summary>What the agent's namespace has. Tables are read when they are asked for, and those for which several ask once: what changes afterwards
/// is not in it, so it is for one look. Not thread-safe.</summary>
public sealed class HostView(RouteNetlink source)
{
    private readonly Dictionary<AddressFamily, IReadOnlyList<Route>> _routes = [];
    private IReadOnlyList<Link>? _links;
    private IReadOnlyList<InterfaceAddress>? _addresses;

    public IReadOnlyList<Link> Links => _links ??= source.ListLinks();

    /// <summary>Of all links.</summary>
    public IReadOnlyList<InterfaceAddress> Addresses => _addresses ??= source.ListAddresses();

    /// <summary>Of the main table.</summary>
    public IReadOnlyList<Route> Routes(AddressFamily family)
    {
        if (!_routes.TryGetValue(family, out IReadOnlyList<Route>? routes))
            _routes[family] = routes = source.ListRoutes(family);
        return routes;
    }

    public IReadOnlyList<Neighbour> Neighbours(AddressFamily family) => source.ListNeighbours(family);

    /// <summary>By index: whether what comes in there is forwarded. Without links that have no such setting.</summary>
    public IReadOnlyDictionary<int, bool> Forwarding(AddressFamily family) => source.ListForwarding(family);
}
