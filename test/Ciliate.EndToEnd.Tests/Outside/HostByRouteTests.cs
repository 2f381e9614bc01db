using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using Ciliate.EndToEnd.Tests.OneHost;
using Ciliate.EndToEnd.Tests.Policies;
using Ciliate.EndToEnd.Tests.Probes;
using Ciliate.Netlink;
using Ciliate.Testing;
using Xunit;

namespace Ciliate.EndToEnd.Tests.Outside;

/// <summary>The host by addresses that nobody has listed: who may not speak to it does not get round that by its broadcasts, its anycasts, or what its
/// routes keep here.</summary>
public sealed class HostByRouteTests : IClassFixture<WorldWithLan>, IDisposable
{
    private const int Port = 7050;
    private const uint LocalTable = 255;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly WorldWithLan _world;
    private readonly Socket _host;

    public HostByRouteTests(WorldWithLan world)
    {
        _world = world;
        _host = world.Host.Network.Run(() => new Socket(AddressFamily.InterNetworkV6, SocketType.Dgram, ProtocolType.Udp) { DualMode = true, Blocking = false });
        _host.Bind(new IPEndPoint(IPAddress.IPv6Any, Port));
        int loopback = world.Host.Network.Route.GetLink("lo").Index;
        foreach (string prefix in new[] { "198.18.0.0/24", "2001:db8:18::/64" })
        {
            world.Host.Network.Route.AddRoute(
                new RouteSpec(IPNetwork.Parse(prefix)) { LinkIndex = loopback, Type = RouteType.Local, Table = LocalTable }, replace: true);
        }
    }

    public void Dispose()
    {
        _host.Dispose();
        _world.Host.DeletePolicies();
    }

    [Theory]
    [InlineData("198.51.100.255"), InlineData("192.168.88.255"), InlineData("198.18.0.77")]
    [InlineData("2001:db8:51::"), InlineData("2001:db8:88::"), InlineData("2001:db8:18::77")]
    public void What_its_routes_keep_here_is_the_host(string address)
    {
        var destination = IPAddress.Parse(address);
        Arrives(Send(destination));

        ForbidHost();

        IsDenied(destination);
    }

    [Theory, InlineData("192.168.88.77", 32), InlineData("2001:db8:88::77", 128)]
    public void An_address_is_the_hosts_from_the_moment_on_that_it_has_it(string address, int prefixLength)
    {
        var destination = IPAddress.Parse(address);
        ForbidHost();

        Add(destination, prefixLength);

        IsDenied(destination);
    }

    [Theory, InlineData("192.168.88.78", 32), InlineData("2001:db8:88::78", 128)]
    public void It_is_also_while_there_is_no_agent(string address, int prefixLength)
    {
        var destination = IPAddress.Parse(address);
        ForbidHost();
        _world.Host.Agent.Kill();

        Add(destination, prefixLength);
        byte[] denied = Send(destination);

        _world.Host.Agent.Start();
        _world.Host.DeletePolicies();
        // What is sent later arrives later.
        Assert.DoesNotContain(denied, Arrives(Send(destination)));
    }

    /// <summary>By whatever address of its own, and though the container may not speak to it first.</summary>
    [Theory]
    [InlineData("192.168.88.2"), InlineData("198.51.100.2"), InlineData("198.18.0.77")]
    [InlineData("2001:db8:88::2"), InlineData("2001:db8:51::2"), InlineData("2001:db8:18::77")]
    public void The_host_itself_speaks_to_containers_and_is_answered(string address)
    {
        const int port = 7051;
        using var server = new EchoServer(_world.Web.Network, port);
        ForbidHost();

        var source = IPAddress.Parse(address);
        foreach (Transport transport in Enum.GetValues<Transport>())
            Assert.True(IsAnswered(source, port, transport), $"{transport} from {source}");
    }

    private void ForbidHost() => _world.Host.Apply(PolicyText.For("web", "  egress: [{toEntities: [world]}]\n  egressDeny: [{toEntities: [host]}]"));

    private void Add(IPAddress address, int prefixLength)
    {
        Linux.Sysctl.Write(_world.Host.Network.Namespace, "net/ipv6/conf/lan0/accept_dad", "0");
        _world.Host.Network.Route.AddAddress(_world.Lan, address, prefixLength);
        Eventually.Holds(
            () => _world.Host.Network.Route.ListRoutes(address.AddressFamily, LocalTable).Any(route => route.Destination.BaseAddress.Equals(address)),
            "the kernel has the address's route, which it adds a moment later");
    }

    private byte[] Send(IPAddress destination)
    {
        byte[] content = RandomNumberGenerator.GetBytes(16);
        using Socket socket = _world.Web.Network.Run(() => new Socket(destination.AddressFamily, SocketType.Dgram, ProtocolType.Udp));
        socket.SendTo(content, new IPEndPoint(destination, Port));
        return content;
    }

    private void IsDenied(IPAddress destination)
    {
        byte[] sent = Send(destination);
        ObservedFlow[] seen = [];
        Eventually.Holds(
            () => (seen = [.. _world.Host.Ciliate.Observe("--from", "web").Where(flow =>
                flow.Dropped && flow.DestinationPort == Port && flow.Json.GetProperty("IP").GetProperty("destination").GetString() == destination.ToString())]).Length > 0,
            $"the drop on the way to {destination} is told");
        Assert.All(seen, flow => Assert.Equal(
            (Expectations.EgressDenied, "reserved:host"),
            (flow.Reason, flow.Json.GetProperty("destination").GetProperty("labels")[0].GetString())));
        Assert.DoesNotContain(sent, Received());
    }

    /// <summary>Waits for a datagram; returns all that have arrived.</summary>
    private List<byte[]> Arrives(byte[] content)
    {
        List<byte[]> all = [];
        Eventually.Holds(
            () =>
            {
                all.AddRange(Received());
                return all.Any(one => one.AsSpan().SequenceEqual(content));
            },
            "the datagram arrives at the host",
            Patience);
        return all;
    }

    private List<byte[]> Received()
    {
        List<byte[]> all = [];
        byte[] buffer = new byte[2048];
        while (_host.Available > 0)
            all.Add(buffer[.._host.Receive(buffer)]);
        return all;
    }

    /// <param name="source">The host's, be it on no interface (ip(7), ipv6(7): FREEBIND).</param>
    private bool IsAnswered(IPAddress source, int port, Transport transport)
    {
        const int solIp = 0, ipFreeBind = 15, solIpv6 = 41, ipv6FreeBind = 78;
        bool isIPv4 = source.AddressFamily == AddressFamily.InterNetwork;
        using Socket socket = _world.Host.Network.Run(() => transport == Transport.Tcp
            ? new Socket(source.AddressFamily, SocketType.Stream, ProtocolType.Tcp)
            : new Socket(source.AddressFamily, SocketType.Dgram, ProtocolType.Udp));
        socket.SetRawSocketOption(isIPv4 ? solIp : solIpv6, isIPv4 ? ipFreeBind : ipv6FreeBind, [1, 0, 0, 0]);
        socket.ReceiveTimeout = (int)Patience.TotalMilliseconds;
        socket.Bind(new IPEndPoint(source, 0));
        socket.Connect(new IPEndPoint(_world.Web.Address(isIPv4 ? Family.IPv4 : Family.IPv6), port));
        socket.Send("?"u8);
        return socket.Receive(new byte[16]) == 1;
    }
}
