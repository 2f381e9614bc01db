using System.Net;
using System.Net.Sockets;
using Ciliate.Agent.Endpoints;
using Ciliate.Datapath;
using Ciliate.Netlink;

namespace Ciliate.Agent.Outside;

/// <summary>Which interfaces lead outside, and the address that containers take there.</summary>
internal sealed class UplinkDiscovery(MasqueradeSettings settings, HostNetwork host)
{
    /// <summary>What the namespace has, by index. An interface without a usable address of a family takes no packets of it.</summary>
    public IReadOnlyList<Uplink> Find(HostView seen)
    {
        Link[] links = [.. Candidates(seen).Where(link => link.IsUp)];
        Route[] ipv4 = settings.IPv4 ? DefaultRoutes(seen, AddressFamily.InterNetwork) : [], ipv6 = settings.IPv6 ? DefaultRoutes(seen, AddressFamily.InterNetworkV6) : [];
        return
        [
            .. links.Where(link => link.IsEthernet).OrderBy(link => link.Index)
                .Select(link => new Uplink(
                    link.Index, link.Name, link.Mtu,
                    settings.IPv4 ? Address(link, AddressFamily.InterNetwork, ipv4, seen.Addresses) : null,
                    settings.IPv6 ? Address(link, AddressFamily.InterNetworkV6, ipv6, seen.Addresses) : null,
                    ReversePath.IsStrict(host.Namespace, link.Name)))
                .Where(uplink => uplink.IPv4 is not null || uplink.IPv6 is not null),
        ];
    }

    /// <summary>Names and patterns of the option that no interface has.</summary>
    public IReadOnlyList<string> FindMissing(HostView seen)
    {
        if (settings.Devices is not { } patterns)
            return [];
        string[] names = [.. Candidates(seen).Select(link => link.Name)];
        return [.. patterns.Where(pattern => !names.Any(name => MasqueradeSettings.Matches(pattern, name)))];
    }

    /// <summary>Names of those that would be uplinks if they had the Ethernet headers behind which the datapath reads packets: tun, WireGuard, PPP.</summary>
    public IReadOnlyList<string> FindUnusable(HostView seen)
    {
        int[] routed =
        [
            .. (settings.IPv4 ? DefaultRoutes(seen, AddressFamily.InterNetwork) : []).Select(route => route.LinkIndex),
            .. (settings.IPv6 ? DefaultRoutes(seen, AddressFamily.InterNetworkV6) : []).Select(route => route.LinkIndex),
        ];
        return
        [
            .. Candidates(seen)
                .Where(link => link is { IsUp: true, IsEthernet: false })
                .Where(link => settings.Devices is null ? routed.Contains(link.Index) : settings.Names(link.Name))
                .Select(link => link.Name),
        ];
    }

    /// <summary>Interfaces that are not the agent's own.</summary>
    private IEnumerable<Link> Candidates(HostView seen) =>
        seen.Links.Where(link => link.Name != "lo" && !host.IsOwn(link) && !host.IsGatewayPeer(link));

    private static Route[] DefaultRoutes(HostView seen, AddressFamily family) => [.. seen.Routes(family)
        .Where(route => route is { Destination.PrefixLength: 0, Type: RouteType.Unicast })
        .OrderBy(route => route.Priority)];

    private IPAddress? Address(Link link, AddressFamily family, Route[] defaults, IReadOnlyList<InterfaceAddress> addresses)
    {
        Route? route = defaults.FirstOrDefault(route => route.LinkIndex == link.Index);
        bool chosen = settings.Devices is null ? route is not null : settings.Names(link.Name);
        if (!chosen)
            return null;
        const AddressProperties unusable = AddressProperties.Tentative | AddressProperties.DuplicateDetected;
        IPAddress[] own = [.. addresses
            .Where(address => address.LinkIndex == link.Index && address.Address.AddressFamily == family
                && address.Scope == RouteScope.Universe && (address.Flags & unusable) == 0 && !address.Address.IsIPv6LinkLocal)
            .Select(address => address.Address)];
        // The host's own packets would take the route's preferred source, and else the first address.
        return own.FirstOrDefault(address => address.Equals(route?.PreferredSource)) ?? own.FirstOrDefault();
    }
}
