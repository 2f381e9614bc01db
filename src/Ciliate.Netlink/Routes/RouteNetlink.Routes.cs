using System.Net;
using System.Net.Sockets;
using Ciliate.Linux;
using Ciliate.Netlink.Protocol;

namespace Ciliate.Netlink;

public sealed partial class RouteNetlink
{
    /// <param name="replace">Whether an equal route (destination, table, metric) is replaced; otherwise it is EEXIST.</param>
    public void AddRoute(RouteSpec route, bool replace = false)
    {
        ushort flags = (ushort)(Nl.NLM_F_CREATE | (replace ? Nl.NLM_F_REPLACE : Nl.NLM_F_EXCL));
        var request = new NetlinkWriter(stackalloc byte[RequestSize], Rtm.NEWROUTE, flags);
        WriteRoute(ref request, route, route.Scope ?? DefaultScope(route));
        _channel.Execute(request.Message, $"{(replace ? "replace" : "add")} route {Describe(route)}");
    }

    public void DeleteRoute(RouteSpec route)
    {
        var request = new NetlinkWriter(stackalloc byte[RequestSize], Rtm.DELROUTE, 0);
        WriteRoute(ref request, route, route.Scope ?? RouteScope.Nowhere);
        _channel.Execute(request.Message, $"delete route {Describe(route)}");
    }

    /// <param name="table">0 lists the routes of all tables.</param>
    public IReadOnlyList<Route> ListRoutes(AddressFamily family, uint table = RouteSpec.MainTable)
    {
        var request = new NetlinkWriter(stackalloc byte[RequestSize], Rtm.GETROUTE, 0);
        request.Structure(new RouteHeader { Family = AddressFamilies.KernelFamily(family) });
        List<Route> routes = _channel.Dump<Route>(request.Message, "list routes", Route.TryParse);
        return table == 0 ? routes : routes.FindAll(route => route.Table == table);
    }

    /// <summary>What becomes of a packet that this namespace sends to the address, by all its rules and tables; null when there is
    /// no route, or one that refuses.</summary>
    public RouteType? FindRouteType(IPAddress destination) => FindRoute(destination)?.Type;

    /// <summary>The route of that packet, by one next hop if it has several; null likewise.</summary>
    public Route? FindRoute(IPAddress destination)
    {
        var request = new NetlinkWriter(stackalloc byte[RequestSize], Rtm.GETROUTE, 0);
        request.Structure(new RouteHeader { Family = destination.KernelFamily(), DestinationLength = (byte)(destination.GetAddressBytes().Length * 8) });
        request.Attribute(Rtm.RTA_DST, destination);
        try
        {
            // The answer is a copy of a route.
            return _channel.Query<Route>(request.Message, $"find a route to {destination}", Route.TryRead);
        }
        catch (NetlinkException exception) when (exception.Errno is Errno.ENETUNREACH or Errno.EHOSTUNREACH or Errno.EACCES or Errno.EINVAL)
        {
            // None, unreachable, prohibit and blackhole.
            return null;
        }
    }

    private static void WriteRoute(ref NetlinkWriter request, RouteSpec route, RouteScope scope)
    {
        IPAddress destination = route.Destination.BaseAddress;
        request.Structure(new RouteHeader
        {
            Family = destination.KernelFamily(),
            DestinationLength = (byte)route.Destination.PrefixLength,
            Protocol = Rtm.RTPROT_STATIC,
            Scope = (byte)scope,
            Type = (byte)route.Type,
            Flags = route.OnLink ? Rtm.RTNH_F_ONLINK : 0,
        });
        if (route.Destination.PrefixLength > 0)
        {
            request.Attribute(Rtm.RTA_DST, destination);
        }

        if (route.Gateway is not null)
        {
            request.Attribute(Rtm.RTA_GATEWAY, route.Gateway);
        }

        if (route.LinkIndex != 0)
        {
            request.Attribute(Rtm.RTA_OIF, route.LinkIndex);
        }

        if (route.PreferredSource is not null)
        {
            request.Attribute(Rtm.RTA_PREFSRC, route.PreferredSource);
        }

        if (route.Priority is uint priority)
        {
            request.Attribute(Rtm.RTA_PRIORITY, priority);
        }

        request.Attribute(Rtm.RTA_TABLE, route.Table);
    }

    private static RouteScope DefaultScope(RouteSpec route) => route.Type switch
    {
        RouteType.Local => RouteScope.Host,
        RouteType.Unicast when route.Gateway is null => RouteScope.Link,
        _ => RouteScope.Universe,
    };

    private static string Describe(RouteSpec route)
    {
        string via = route.Gateway is null ? "" : $" via {route.Gateway}";
        string link = route.LinkIndex == 0 ? "" : $" on link {route.LinkIndex}";
        return $"to {route.Destination}{via}{link}";
    }
}
