using System.Net;
using System.Net.Sockets;
using Ciliate.Agent.Endpoints;
using Ciliate.Agent.Tests.Fakes;
using Ciliate.Netlink;
using Ciliate.Testing;
using Xunit;

namespace Ciliate.Agent.Tests.Endpoints;

public sealed class EndpointTests : IDisposable
{
    private readonly TestAgent _agent = new();

    public void Dispose() => _agent.Dispose();

    [Fact]
    public void A_container_gets_an_interface_with_addresses_and_routes_to_the_gateway()
    {
        TestNamespace container = _agent.NewContainer();

        Endpoint endpoint = _agent.Add(container, "web", "app=web");

        Link eth0 = container.Route.GetLink("eth0");
        Assert.True(eth0.IsUp && eth0.HasCarrier);
        Assert.Equal(endpoint.ContainerMac, eth0.Mac);
        Assert.Equal(["10.101.0.2/32", "fd00:101::2/128"], Addresses(container, eth0));
        Assert.Equal(["10.101.0.1/32 via  dev", "0.0.0.0/0 via 10.101.0.1 dev"], Routes(container, AddressFamily.InterNetwork));
        Assert.Contains("fd00:101::1/128 via  dev", Routes(container, AddressFamily.InterNetworkV6));
        Assert.Contains("::/0 via fd00:101::1 dev", Routes(container, AddressFamily.InterNetworkV6));
    }

    [Fact]
    public void The_host_gets_a_route_from_the_gateways_address_and_asks_nobody_for_the_mac()
    {
        Endpoint endpoint = _agent.Add("web");

        Link hostEnd = _agent.Host.Route.GetLink(endpoint.HostInterface);
        Assert.Equal((endpoint.HostIfIndex, endpoint.HostMac, true), (hostEnd.Index, hostEnd.Mac, hostEnd.HasCarrier));
        Route route = Assert.Single(
            _agent.Host.Route.ListRoutes(AddressFamily.InterNetwork), route => route.Destination == IPNetwork.Parse("10.101.0.2/32"));
        Assert.Equal((hostEnd.Index, IPAddress.Parse("10.101.0.1")), (route.LinkIndex, route.PreferredSource));
        Assert.Equal(
            [endpoint.ContainerMac, endpoint.ContainerMac],
            _agent.Host.Route.ListNeighbours(AddressFamily.InterNetwork).Concat(_agent.Host.Route.ListNeighbours(AddressFamily.InterNetworkV6))
                .Where(neighbour => neighbour.LinkIndex == hostEnd.Index && neighbour.State == NeighbourState.Permanent)
                .Select(neighbour => neighbour.Mac));
    }

    [Fact]
    public void A_second_endpoint_in_a_namespace_is_refused_and_the_first_is_named()
    {
        TestNamespace container = _agent.NewContainer();
        _agent.Add(container, "web");

        var error = Assert.Throws<AgentException>(
            () => _agent.Services.Endpoints.Add(new EndpointRequest("second", container.Path, []) { Interface = "eth1" }));

        Assert.Equal(
            $"network namespace {container.Path} has endpoint 'web' already, with id 1; delete it or give endpoint 'second' another network namespace",
            error.Message);
        Assert.Equal(["cil1", "cil_host", "cil_net"], _agent.HostLinks);
        Assert.Null(container.Route.FindLink("eth1"));
    }

    [Fact]
    public void The_host_joins_no_group_at_the_interface_of_which_it_would_tell_the_container()
    {
        Endpoint endpoint = _agent.Add("web");

        // Of these two no listener report is ever sent (RFC 3810, 6).
        Assert.Equal(
            ["ff010000000000000000000000000001", "ff020000000000000000000000000001"],
            _agent.Host.Run(() => File.ReadAllLines("/proc/thread-self/net/igmp6"))
                .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
                .Where(columns => columns[1] == endpoint.HostInterface)
                .Select(columns => columns[2]).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Packets_pass_between_host_and_container_in_both_families()
    {
        TestNamespace container = _agent.NewContainer();
        Endpoint endpoint = _agent.Add(container, "web");

        Assert.Equal("10.101.0.1", FirstPacket(container, endpoint.IPv4!));
        Assert.Equal("fd00:101::1", FirstPacket(container, endpoint.IPv6!));
    }

    [Fact]
    public void Nothing_passes_before_the_first_generation_and_ipcache_comes_last()
    {
        _agent.Datapath.Fail = call =>
        {
            Link? link = _agent.Host.Route.FindLink("cil1");
            if (call.StartsWith("attach", StringComparison.Ordinal) || call.StartsWith("publish", StringComparison.Ordinal))
                Assert.False(link!.IsUp);
        };
        _agent.Datapath.Calls.Clear();

        _agent.Add("web", "app=web");

        Assert.Equal(["attach 1", "publish 1", "ipcache 10.101.0.2/32 256", "ipcache fd00:101::2/128 256"], _agent.Datapath.Calls);
    }

    /// <summary>Its programs go with the endpoint: what stayed would be an open way.</summary>
    [Fact]
    public void An_interface_whose_alias_somebody_took_goes_with_its_endpoint()
    {
        Endpoint endpoint = _agent.Add("web", "app=web");
        _agent.Host.Route.SetAlias(endpoint.HostIfIndex, "");

        _agent.Services.Endpoints.Delete(endpoint);

        Assert.DoesNotContain(endpoint.HostInterface, _agent.HostLinks);
    }

    [Fact]
    public void Deleting_takes_the_address_from_the_map_first_and_the_programs_after_the_link()
    {
        Endpoint endpoint = _agent.Add("web", "app=web");
        _agent.Datapath.Fail = call =>
        {
            if (call.StartsWith("detach", StringComparison.Ordinal))
                Assert.Null(_agent.Host.Route.FindLink(endpoint.HostInterface));
        };
        _agent.Datapath.Calls.Clear();

        _agent.Services.Endpoints.Delete(endpoint);

        Assert.Equal(["uncache 10.101.0.2/32", "uncache fd00:101::2/128", "detach 1"], _agent.Datapath.Calls);
        AssertNothingLeft();
    }

    [Fact]
    public void An_endpoint_that_is_deleted_is_never_told_as_one_that_lost_its_interface()
    {
        Endpoint endpoint = _agent.Add("web");
        var states = new List<EndpointState?>();
        _agent.Services.Endpoints.Endpoints.Changed += change => states.Add(change.After?.State);

        _agent.Services.Endpoints.Delete(endpoint);

        Assert.Equal([null], states);
    }

    [Fact]
    public void Ids_addresses_and_macs_are_not_used_again_at_once()
    {
        Endpoint first = _agent.Add("one");
        _agent.Services.Endpoints.Delete(first);

        Endpoint second = _agent.Add("two");

        Assert.Equal((2, "10.101.0.3"), (second.Id, second.IPv4!.ToString()));
        Assert.NotEqual(first.ContainerMac, second.ContainerMac);
        Assert.Equal(0x02, second.ContainerMac.GetAddressBytes()[0] & 0x03);
    }

    [Fact]
    public void A_family_that_is_off_leaves_no_trace()
    {
        using var agent = new TestAgent("--ipv4-range", "none");
        TestNamespace container = agent.NewContainer();

        Endpoint endpoint = agent.Add(container, "web");

        Assert.Null(endpoint.IPv4);
        Assert.Equal(["fd00:101::2/128"], Addresses(container, container.Route.GetLink("eth0")));
        Assert.Empty(Routes(container, AddressFamily.InterNetwork));
    }

    [Fact]
    public void An_address_can_be_asked_for()
    {
        TestNamespace container = _agent.NewContainer();

        Endpoint endpoint = _agent.Services.Endpoints.Add(new EndpointRequest(
            "web", container.Path, [], "net1", IPAddress.Parse("10.101.0.77"), IPAddress.Parse("fd00:101::77")));

        Assert.Equal(["10.101.0.77/32", "fd00:101::77/128"], Addresses(container, container.Route.GetLink("net1")));
        Assert.Equal("net1", endpoint.ContainerInterface);
    }

    [Theory]
    [InlineData("Web", "app=web", "endpoint name 'Web' is not 1 to 63 of a-z, 0-9 and '-', with no '-' at either end")]
    [InlineData("", "app=web", "endpoint name '' is not 1 to 63 of a-z, 0-9 and '-', with no '-' at either end")]
    [InlineData("host", "app=web", "endpoint name 'host' is kept for the identity reserved:host; choose another name")]
    [InlineData("world-ipv6", "app=web", "endpoint name 'world-ipv6' is kept for the identity reserved:world-ipv6; choose another name")]
    [InlineData("web-", "app=web", "endpoint name 'web-' is not 1 to 63 of a-z, 0-9 and '-', with no '-' at either end")]
    [InlineData("web", "app=w b", "endpoint 'web': label \"app=w b\": the value has a space")]
    [InlineData("web", "reserved:host", "endpoint 'web': label \"reserved:host\": labels with the source \"reserved\" cannot be given to a container")]
    public void A_wrong_name_or_label_is_named(string name, string label, string message)
    {
        var error = Assert.Throws<AgentException>(() => _agent.Add(name, label));

        Assert.Equal((AgentError.Invalid, message), (error.Kind, error.Message));
        AssertNothingLeft();
    }

    [Fact]
    public void Two_endpoints_cannot_have_one_name()
    {
        _agent.Add("web");

        var error = Assert.Throws<AgentException>(() => _agent.Add("web"));

        Assert.Equal((AgentError.Conflict, "endpoint 'web' exists already, with id 1; delete it or choose another name"), (error.Kind, error.Message));
    }

    [Fact]
    public void A_namespace_that_is_gone_or_none_or_the_agents_own_is_named()
    {
        TestNamespace gone = _agent.NewContainer();
        gone.Dispose();

        Assert.Contains(gone.Path, Refusal(gone.Path), StringComparison.Ordinal);
        Assert.Contains("/dev/null", Refusal("/dev/null"), StringComparison.Ordinal);
        Assert.Contains("the agent's own network namespace", Refusal(_agent.Host.Path), StringComparison.Ordinal);
        Assert.Contains("'netns/x' is not an absolute path", Refusal("netns/x"), StringComparison.Ordinal);
        AssertNothingLeft();
    }

    [Fact]
    public void An_interface_that_is_there_already_is_not_touched()
    {
        TestNamespace container = _agent.NewContainer();
        container.Route.CreateBridge("eth0");

        var error = Assert.Throws<AgentException>(() => _agent.Add(container, "web"));

        Assert.Equal(
            $"network namespace {container.Path} already has an interface eth0; endpoint 'web' needs that name", error.Message);
        Assert.Equal("bridge", container.Route.GetLink("eth0").Kind);
        AssertNothingLeft();
    }

    [Fact]
    public void A_namespace_without_IPv6_is_named_with_the_remedy_and_nothing_is_left()
    {
        TestNamespace container = _agent.NewContainer();
        foreach (string which in new[] { "all", "default" })
            container.Run(() => File.WriteAllText($"/proc/sys/net/ipv6/conf/{which}/disable_ipv6", "1"));

        var error = Assert.Throws<AgentException>(() => _agent.Add(container, "web"));

        Assert.Equal(
            $"endpoint 'web': IPv6 is disabled in network namespace {container.Path}; enable it there "
            + "(sysctl net.ipv6.conf.all.disable_ipv6=0) or run the agent with --ipv6-range none",
            error.Message);
        AssertNothingLeft();
    }

    [Fact]
    public void Addresses_of_the_host_are_the_host_as_long_as_it_has_them()
    {
        Link lan = _agent.Host.Route.CreateBridge("lan0");
        _agent.Host.Route.AddAddress(lan.Index, IPAddress.Parse("192.0.2.7"), 24);
        IPNetwork prefix = IPNetwork.Parse("192.0.2.7/32");

        _agent.Services.HostAddresses.Refresh(_agent.Services.Host.Look());
        Assert.Equal(1u, _agent.Datapath.Ipcache[prefix]);
        _agent.Restart();
        Assert.Equal(1u, _agent.Datapath.Ipcache[prefix]);

        _agent.Host.Route.DeleteLink("lan0");
        _agent.Services.HostAddresses.Refresh(_agent.Services.Host.Look());
        AssertNothingLeft();
    }

    [Fact]
    public void A_used_up_range_says_so_and_leaves_nothing()
    {
        using var agent = new TestAgent("--ipv4-range", "10.101.0.0/30");
        agent.Add("one");

        var error = Assert.Throws<AgentException>(() => agent.Add("two"));

        Assert.Equal(AgentError.Exhausted, error.Kind);
        Assert.StartsWith("ipv4-range 10.101.0.0/30 is used up: all 1 addresses are given", error.Message, StringComparison.Ordinal);
        Assert.Equal(["cil1", "cil_host", "cil_net"], agent.HostLinks);
    }

    private void AssertNothingLeft()
    {
        Assert.Empty(_agent.Services.Endpoints.Endpoints.Rows);
        Assert.Equal(["cil_host", "cil_net"], _agent.HostLinks);
        Assert.Empty(_agent.Datapath.Attached);
        Assert.Equal(["10.101.0.1/32", "fd00:101::1/128"], _agent.Datapath.Ipcache.Keys.Select(prefix => prefix.ToString()).Order());
        Assert.All(_agent.Services.Addresses.Pools, pool => Assert.Equal(0, pool.Given));
        Assert.DoesNotContain(_agent.StateFiles, file => file.StartsWith("endpoints/", StringComparison.Ordinal));
        Assert.DoesNotContain(_agent.Services.Identities.Identities.Rows, row => row.Holders > 0);
    }

    private string Refusal(string path) => Assert.Throws<AgentException>(
        () => _agent.Services.Endpoints.Add(new EndpointRequest("web", path, []))).Message;

    private static IReadOnlyList<string> Addresses(TestNamespace container, Link link) =>
        [.. container.Route.ListAddresses(link.Index).Where(address => !address.Address.IsIPv6LinkLocal)
            .Select(address => $"{address.Address}/{address.PrefixLength}")];

    private static IReadOnlyList<string> Routes(TestNamespace container, AddressFamily family) =>
        [.. container.Route.ListRoutes(family).OrderByDescending(route => route.Destination.PrefixLength)
            .Where(route => !route.Destination.BaseAddress.IsIPv6LinkLocal)
            .Select(route => $"{route.Destination} via {route.Gateway} dev")];

    /// <summary>The source of the first datagram that the container gets from the host, none of which may be lost.</summary>
    private string FirstPacket(TestNamespace container, IPAddress address)
    {
        using Socket receiver = container.Run(() => new Socket(address.AddressFamily, SocketType.Dgram, ProtocolType.Udp));
        receiver.Bind(new IPEndPoint(address, 4000));
        receiver.ReceiveTimeout = 3000;
        using Socket sender = _agent.Host.Run(() => new Socket(address.AddressFamily, SocketType.Dgram, ProtocolType.Udp));
        sender.SendTo([1], new IPEndPoint(address, 4000));
        EndPoint from = new IPEndPoint(address, 0);
        receiver.ReceiveFrom(new byte[8], ref from);
        return ((IPEndPoint)from).Address.ToString();
    }
}
