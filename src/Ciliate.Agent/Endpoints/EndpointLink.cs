using System.Net;
using System.Net.NetworkInformation;
using Ciliate.Linux;
using Ciliate.Netlink;

namespace Ciliate.Agent.Endpoints;

/// <summary>What an endpoint's veth is made from.</summary>
public sealed record EndpointLinkSpec(
    ushort Id, string Name, NetworkNamespace Container, string Interface, PhysicalAddress HostMac, PhysicalAddress ContainerMac,
    IPAddress? IPv4, IPAddress? IPv6)
{
    public IEnumerable<IPAddress> Addresses => new[] { IPv4, IPv6 }.OfType<IPAddress>();
}

/// <summary>An endpoint's veth: the host end in the agent's namespace, the other in the container. Everything on it (addresses, routes,
/// neighbours) goes with it.</summary>
public sealed class EndpointLink(HostNetwork host, EndpointLinkSpec spec) : IDisposable
{
    private readonly RouteNetlink _routes = host.Routes;

    // One for all that is asked and done there: to open it takes a thread.
    private readonly RouteNetlink _container = RouteNetlink.Open(spec.Container);

    public EndpointLinkSpec Spec => spec;

    /// <summary>Makes both ends, down and without addresses.</summary>
    /// <param name="usable">The first index from one on that the host end may have.</param>
    /// <param name="others">Endpoints that are there.</param>
    /// <exception cref="AgentException">The container has one of the others' interfaces, or one of that name.</exception>
    public Link Create(Func<int, int> usable, IEnumerable<Endpoint> others)
    {
        RefuseSecond(others);
        RefuseTakenInterface();
        Link link = Create(index: null);
        if (usable(link.Index) == link.Index)
            return link;
        _routes.TryDeleteLink(link.Name);
        HashSet<int> taken = [.. _routes.ListLinks().Select(other => other.Index)];
        int index = usable(link.Index);
        while (taken.Contains(index))
            index = usable(index + 1);
        return Create(index);
    }

    /// <summary>Sets both ends up and gives them addresses, routes and neighbours. Packets may pass from here on.</summary>
    public void Connect(Link link)
    {
        foreach (IPAddress address in spec.Addresses)
        {
            AddressGift.Give(
                _container, link.PeerIndex, address, Bits(address), ($"endpoint '{spec.Name}'", $"network namespace {spec.Container.DisplayName}"));
        }

        _routes.SetUp(link.Index);
        _container.SetUp(link.PeerIndex);
        _container.SetUp(_container.GetLink("lo").Index);
        foreach (IPAddress address in spec.Addresses)
        {
            IPAddress gateway = host.GatewayFor(address);
            _container.AddRoute(new RouteSpec(Single(gateway)) { LinkIndex = link.PeerIndex });
            _container.AddRoute(RouteSpec.Default(address.AddressFamily) with { Gateway = gateway, LinkIndex = link.PeerIndex });
            host.Ways.Make(link.Index, address, spec.ContainerMac);
        }

        _routes.SettleLink(link.Name);
        _container.SettleLink(spec.Interface);
    }

    public void Dispose() => _container.Dispose();

    /// <param name="index">Of the host end; null: the kernel's choice.</param>
    private Link Create(int? index) => _routes.CreateVeth(new VethSpec(host.EndpointInterface(spec.Id), spec.Interface)
    {
        Index = index,
        PeerNamespace = spec.Container,
        Mac = spec.HostMac,
        PeerMac = spec.ContainerMac,
        Alias = host.Owner,
        LinkLocalAddress = false,
        // Else the host, which forwards there, joins the routers' groups and reports so to the container, where multicast is dropped.
        Multicast = false,
    });

    /// <summary>Each would be the way to everywhere.</summary>
    private void RefuseSecond(IEnumerable<Endpoint> others)
    {
        HashSet<(int, PhysicalAddress)> ends = [.. _container.ListLinks().Select(link => (link.PeerIndex, link.Mac))];
        if (others.FirstOrDefault(other => ends.Contains((other.HostIfIndex, other.ContainerMac))) is { } same)
        {
            throw AgentException.Conflict(
                $"network namespace {spec.Container.DisplayName} has endpoint '{same.Name}' already, with id {same.Id}; delete it or give "
                + $"endpoint '{spec.Name}' another network namespace");
        }
    }

    private void RefuseTakenInterface()
    {
        if (_container.FindLink(spec.Interface) is not null)
        {
            throw AgentException.Conflict(
                $"network namespace {spec.Container.DisplayName} already has an interface {spec.Interface}; "
                + $"endpoint '{spec.Name}' needs that name");
        }
    }

    private static IPNetwork Single(IPAddress address) => new(address, Bits(address));

    private static int Bits(IPAddress address) => address.GetAddressBytes().Length * 8;
}
