using System.Net;
using System.Net.Sockets;
using Ciliate.Netlink.Protocol;

namespace Ciliate.Netlink;

/// <summary>What becomes of a packet that a route matches; RTN_*.</summary>
public enum RouteType : byte
{
    Unicast = 1,
    Local = 2,
    Broadcast = 3,
    Anycast = 4,
    Multicast = 5,
    Blackhole = 6,
    Unreachable = 7,
    Prohibit = 8,
}

/// <summary>A route to be made.</summary>
public sealed record RouteSpec(IPNetwork Destination)
{
    public const uint MainTable = 254;

    public RouteType Type { get; init; } = RouteType.Unicast;

    /// <summary>Next hop; null for destinations on the link itself.</summary>
    public IPAddress? Gateway { get; init; }

    /// <summary>0 lets the kernel find the link by the gateway.</summary>
    public int LinkIndex { get; init; }

    /// <summary>Source address of packets that the host itself sends.</summary>
    public IPAddress? PreferredSource { get; init; }

    /// <summary>IPv4 only; null takes link scope without a gateway, host scope for local routes, and universe otherwise.</summary>
    public RouteScope? Scope { get; init; }

    /// <summary>Takes the gateway for reachable on the link although no route says so.</summary>
    public bool OnLink { get; init; }

    public uint Table { get; init; } = MainTable;

    /// <summary>Metric: of equal destinations the lowest wins. Null takes the kernel's default.</summary>
    public uint? Priority { get; init; }

    /// <summary>The route to everywhere: 0.0.0.0/0 or ::/0.</summary>
    public static RouteSpec Default(AddressFamily family) =>
        new(new IPNetwork(AddressFamilies.AnyAddress(AddressFamilies.KernelFamily(family)), 0));
}

/// <summary>A route as the kernel shows it. Of a route with several next hops gateway and link are empty.</summary>
public sealed record Route(
    IPNetwork Destination,
    RouteType Type,
    IPAddress? Gateway,
    int LinkIndex,
    IPAddress? PreferredSource,
    RouteScope Scope,
    bool OnLink,
    uint Table,
    uint Priority,
    byte Protocol)
{
    /// <summary>What the namespace has; no copies that the kernel made of routes.</summary>
    internal static bool TryParse(NetlinkMessage message, out Route route) =>
        TryRead(message, out route) && (message.Structure<RouteHeader>().Flags & Rtm.RTM_F_CLONED) == 0;

    internal static bool TryRead(NetlinkMessage message, out Route route)
    {
        route = null!;
        if (message.Type != Rtm.NEWROUTE || message.Structure<RouteHeader>() is var header
            && header.Family is not (AddressFamilies.Inet or AddressFamilies.Inet6))
        {
            return false;
        }

        IPAddress destination = AddressFamilies.AnyAddress(header.Family);
        var found = new Route(default, (RouteType)header.Type, null, 0, null, (RouteScope)header.Scope,
            (header.Flags & Rtm.RTNH_F_ONLINK) != 0, header.Table, 0, header.Protocol);
        var attributes = message.Attributes<RouteHeader>();
        while (attributes.MoveNext())
        {
            if (attributes.Type == Rtm.RTA_DST)
            {
                destination = attributes.ReadAddress();
                continue;
            }

            found = attributes.Type switch
            {
                Rtm.RTA_GATEWAY => found with { Gateway = attributes.ReadAddress() },
                Rtm.RTA_OIF => found with { LinkIndex = attributes.Read<int>() },
                Rtm.RTA_PREFSRC => found with { PreferredSource = attributes.ReadAddress() },
                Rtm.RTA_TABLE => found with { Table = attributes.Read<uint>() },
                Rtm.RTA_PRIORITY => found with { Priority = attributes.Read<uint>() },
                _ => found,
            };
        }

        route = found with { Destination = new IPNetwork(destination, header.DestinationLength) };
        return true;
    }
}
