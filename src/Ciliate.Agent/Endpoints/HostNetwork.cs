using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using Ciliate.Agent.Configuration;
using Ciliate.Agent.Ipam;
using Ciliate.Linux;
using Ciliate.Netlink;

namespace Ciliate.Agent.Endpoints;

/// <summary>The agent's own network namespace: the veth pair that holds the gateway's addresses, and what the kernel says about links.
/// Links that the agent makes carry its owner string as alias, so that it never touches anyone else's.</summary>
public sealed class HostNetwork : IDisposable
{
    // Any other route of the same range comes first.
    private const uint LastResort = 4_000_000_000;
    private const string OwnerPrefix = "ciliate ";

    private readonly string _prefix;
    private readonly AddressRange?[] _ranges;

    public HostNetwork(NetworkNamespace hostNamespace, AgentConfiguration configuration)
    {
        Namespace = hostNamespace;
        Routes = RouteNetlink.Open(hostNamespace);
        Forwarding = new Forwarding(hostNamespace);
        Ways = new HostWays(this);
        Owner = OwnerPrefix + FileSystem.Canonical(configuration.StateDirectory);
        _prefix = configuration.HostInterfacePrefix;
        _ranges = [configuration.IPv4Range, configuration.IPv6Range];
        IPv4Gateway = configuration.IPv4Range?.Gateway;
        IPv6Gateway = configuration.IPv6Range?.Gateway;
        IPv4Broadcast = configuration.IPv4Range?.Broadcast;
    }

    public NetworkNamespace Namespace { get; }

    public RouteNetlink Routes { get; }

    internal Forwarding Forwarding { get; }

    internal HostWays Ways { get; }

    /// <summary>Alias of every link that belongs to this agent: it names the state directory, by whatever path the agent was given it.</summary>
    public string Owner { get; }

    /// <summary>Also by an alias that names the state directory by another path which leads there now.</summary>
    public bool IsOwn(Link link) =>
        link.Alias == Owner || StateDirectoryOf(link) is { } other && FileSystem.Canonical(other) == Owner[OwnerPrefix.Length..];

    /// <summary>The agent that made the link, as people know it.</summary>
    public static string NameOfOwner(Link link) => StateDirectoryOf(link) is { } directory ? $"the agent with state-dir {directory}" : "an unknown agent";

    /// <summary>Null when no agent made the link.</summary>
    private static string? StateDirectoryOf(Link link) =>
        link.Alias.StartsWith(OwnerPrefix, StringComparison.Ordinal) ? link.Alias[OwnerPrefix.Length..] : null;

    public IPAddress? IPv4Gateway { get; }

    public IPAddress? IPv6Gateway { get; }

    /// <summary>Of the IPv4 range.</summary>
    public IPAddress? IPv4Broadcast { get; }

    /// <summary>The gateway's addresses, of the families that are on.</summary>
    public IEnumerable<IPAddress> Gateways => new[] { IPv4Gateway, IPv6Gateway }.OfType<IPAddress>();

    /// <summary>Of the address's family, which is on.</summary>
    public IPAddress GatewayFor(IPAddress address) => (address.AddressFamily == AddressFamily.InterNetwork ? IPv4Gateway : IPv6Gateway)!;

    public string GatewayInterface => _prefix + "_host";

    /// <summary>The other end of its pair, which carries no owner's name.</summary>
    public string GatewayPeer => _prefix + "_net";

    public string EndpointInterface(ushort id) => $"{_prefix}{id:x}";

    /// <summary>A look at the namespace, as it is from now on.</summary>
    public HostView Look() => new(Routes);

    /// <summary>Makes the gateway's veth pair if it is absent, gives it the gateways' addresses and no others, and sets it up.
    /// Safe to repeat.</summary>
    /// <exception cref="AgentException">A link of that name is someone else's, or a range overlaps an address of this namespace.</exception>
    public void EnsureGateway() => EnsureGateway(Look());

    /// <summary>Makes again what is missing of the gateway, as after <see cref="EnsureGateway()"/>; false when nothing was.</summary>
    /// <exception cref="AgentException">As there.</exception>
    public bool RestoreGateway(HostView seen)
    {
        if (IsGatewayWhole(seen))
            return false;
        EnsureGateway(seen);
        return true;
    }

    private void EnsureGateway(HostView seen)
    {
        RefuseOverlaps(seen);
        Link? link = FindGateway(seen);
        if (link is not null && !IsOwn(link))
        {
            throw AgentException.Conflict(
                $"interface {GatewayInterface} exists and is not this agent's; {AdviceAbout(link, "set another host-interface-prefix or delete it")}");
        }

        bool isNew = link is null;
        link ??= CreateGateway();
        try
        {
            SetGatewayAddresses(link, seen);
            Routes.SetUp(link.Index);
            Routes.SetUp(link.PeerIndex);
            CloseRanges(seen);
            Routes.SettleLink(GatewayInterface);
            Routes.SettleLink(GatewayPeer);
        }
        catch when (isNew)
        {
            Routes.TryDeleteLink(GatewayInterface);
            throw;
        }
    }

    private bool IsGatewayWhole(HostView seen)
    {
        if (FindGateway(seen) is not { IsUp: true, HasCarrier: true } link)
            return false;
        HashSet<IPAddress> present = [.. seen.Addresses.Where(row => row.LinkIndex == link.Index).Select(row => row.Address)];
        HashSet<IPNetwork> closed = [.. ClosingRoutes(seen).Select(route => route.Destination)];
        return Gateways.All(present.Contains) && _ranges.OfType<AddressRange>().All(range => closed.Contains(range.Network));
    }

    /// <summary>Routes by which addresses that no container has are unreachable, for the host and for containers: a default route would lead
    /// them outside, and with them what one container sends to another that is just gone. A route has no place for an owner's name: those of ranges
    /// in which another agent has its gateway are that one's, and none of these.</summary>
    public IReadOnlyList<Route> ClosingRoutes(HostView seen)
    {
        IPAddress[] others = [.. OtherAgentsAddresses(seen)];
        return
        [
            .. new[] { AddressFamily.InterNetwork, AddressFamily.InterNetworkV6 }.SelectMany(seen.Routes).Where(route =>
                route is { Type: RouteType.Unreachable, Priority: LastResort } && !others.Any(route.Destination.Contains)),
        ];
    }

    public void DeleteClosingRoute(Route route) => Routes.DeleteRoute(Closing(route.Destination));

    public bool IsGatewayPeer(Link link) => link.Name == GatewayPeer && link.Kind == "veth";

    /// <summary>Links that carry this agent's name. Those at their other end go with them.</summary>
    public IEnumerable<Link> OwnLinks() => Routes.ListLinks().Where(IsOwn);

    /// <summary>Those without the gateway's.</summary>
    public IEnumerable<Link> OwnEndpointLinks() => OwnLinks().Where(link => link.Name != GatewayInterface);

    /// <summary>Addresses by which this namespace is known beyond one link, without those of the endpoints' ranges: the ranges' own are the
    /// gateways', and all others there are the endpoints'.</summary>
    public IEnumerable<IPAddress> OwnAddresses(HostView seen) => seen.Addresses.Select(row => row.Address).Where(address =>
        !IPAddress.IsLoopback(address) && !address.IsIPv6LinkLocal && !_ranges.Any(range => range?.Network.Contains(address) == true));

    /// <summary>Whether the routes of this moment deliver here what is sent to the address, be it listed or not: broadcasts and anycasts of the
    /// host's networks, local routes. What is link-local in IPv6 is never forwarded (RFC 4291, 2.5.6): it is for the host or for nobody.</summary>
    public bool Keeps(IPAddress address) => address.IsIPv6LinkLocal || Routes.FindRouteType(address) is RouteType.Local or RouteType.Broadcast or RouteType.Anycast;

    /// <summary>A link of this agent by its index: it may have been renamed, and its name may be someone else's. Null when it is not here.</summary>
    public Link? FindOwnLink(int index) =>
        FindLink(index) is { } link && IsOwn(link) && link.Name != GatewayInterface ? link : null;

    /// <summary>Also when somebody took its alias away: what was an endpoint's must not be left behind without its programs. Safe to repeat.</summary>
    /// <param name="mac">That of the endpoint's host end: an index alone may have been given again.</param>
    public void DeleteEndpointLink(int index, PhysicalAddress mac)
    {
        if (FindLink(index) is { } link && (IsOwn(link) || link.Mac.Equals(mac)) && link.Name != GatewayInterface)
            Routes.TryDeleteLink(link.Name);
    }

    private Link? FindLink(int index)
    {
        try
        {
            return Routes.GetLink(index);
        }
        catch (NetlinkException error) when (error.Errno == Errno.ENODEV)
        {
            return null;
        }
    }

    public void Dispose() => Routes.Dispose();

    private Link CreateGateway() => Routes.CreateVeth(
        new VethSpec(GatewayInterface, GatewayPeer) { Alias = Owner, LinkLocalAddress = false, PeerLinkLocalAddress = false });

    private Link? FindGateway(HostView seen) => seen.Links.FirstOrDefault(link => link.Name == GatewayInterface);

    private IEnumerable<IPAddress> OtherAgentsAddresses(HostView seen)
    {
        HashSet<int> links =
        [
            .. seen.Links.Where(link => StateDirectoryOf(link) is not null && !IsOwn(link))
                .Select(link => link.Index),
        ];
        return seen.Addresses.Where(row => links.Contains(row.LinkIndex)).Select(row => row.Address);
    }

    private void CloseRanges(HostView seen)
    {
        IPNetwork[] wanted = [.. _ranges.OfType<AddressRange>().Select(range => range.Network)];
        IReadOnlyList<Route> present = ClosingRoutes(seen);
        foreach (Route route in present.Where(route => !wanted.Contains(route.Destination)))
            DeleteClosingRoute(route);
        foreach (IPNetwork range in wanted.Where(range => !present.Any(route => route.Destination.Equals(range))))
            Routes.AddRoute(Closing(range));
    }

    private static RouteSpec Closing(IPNetwork range) => new(range) { Type = RouteType.Unreachable, Priority = LastResort };

    private void SetGatewayAddresses(Link link, HostView seen)
    {
        InterfaceAddress[] present = [.. seen.Addresses.Where(address => address.LinkIndex == link.Index)];
        foreach (InterfaceAddress address in present.Where(address => !Gateways.Contains(address.Address)))
            Routes.DeleteAddress(link.Index, address.Address, address.PrefixLength);
        foreach (AddressRange range in _ranges.OfType<AddressRange>())
        {
            if (!present.Any(address => address.Address.Equals(range.Gateway)))
                AddressGift.Give(Routes, link.Index, range.Gateway, range.Bits, (GatewayInterface, "the agent's network namespace"));
        }
    }

    /// <exception cref="AgentException">A range overlaps an address of this namespace.</exception>
    public void RefuseOverlaps(HostView seen)
    {
        foreach (InterfaceAddress address in seen.Addresses)
        {
            Link? link = seen.Links.FirstOrDefault(link => link.Index == address.LinkIndex);
            AddressRange? range = _ranges.FirstOrDefault(range => range is not null && range.Network.Contains(address.Address));
            if (range is not null && link is not null && !IsOwn(link))
            {
                throw AgentException.Conflict(
                    $"{(range.IsIPv4 ? "ipv4-range" : "ipv6-range")} {range.Network} overlaps {address.Address}/{address.PrefixLength} "
                    + $"of interface {link.Name}; {AdviceAbout(link, "set another range")}");
            }
        }
    }

    /// <summary>What to do about a link that is in the way.</summary>
    private static string AdviceAbout(Link link, string advice) => StateDirectoryOf(link) switch
    {
        null => advice,
        { } other when Directory.Exists(other) => $"it belongs to {NameOfOwner(link)}: {advice}",
        { } other => $"it belongs to an agent with state-dir {other}, which is not there: if that directory was moved, make {other} a link to it, "
            + $"or run ciliate cleanup with --state-dir {other} first; else {advice}",
    };
}
