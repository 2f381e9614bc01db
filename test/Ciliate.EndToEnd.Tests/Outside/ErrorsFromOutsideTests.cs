using System.Net;
using System.Net.Sockets;
using Ciliate.EndToEnd.Tests.OneHost;
using Ciliate.EndToEnd.Tests.Probes;
using Xunit;

namespace Ciliate.EndToEnd.Tests.Outside;

/// <summary>What the kernels of both sides make of ICMP errors about masqueraded packets.</summary>
public sealed class ErrorsFromOutsideTests(World world) : IClassFixture<World>
{
    private const long Bulk = 16 << 20;
    private const int NobodysPort = 9;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    [Theory, InlineData(Family.IPv4), InlineData(Family.IPv6)]
    public void A_router_tells_the_container_how_large_packets_may_be(Family family)
    {
        using var probe = new PathMtuProbe(world.Web.Network, world.Server.Address(family), World.Port);

        probe.Finds(World.NarrowMtu);
    }

    [Theory, InlineData(Family.IPv4), InlineData(Family.IPv6)]
    public void Bulk_finds_its_way_through_a_narrow_link(Family family)
    {
        BulkTransfer sent = BulkTransfer.Run(world.Db, world.Server, family, Bulk);

        Assert.Equal((sent.Sent, Bulk), (sent.Received, sent.Bytes));
    }

    [Theory, InlineData(Family.IPv4), InlineData(Family.IPv6)]
    public void A_container_is_told_that_nobody_listens_outside(Family family)
    {
        using Socket socket = Connected(world.Web, world.Server, family, NobodysPort);

        Assert.Equal(SocketError.ConnectionRefused, ErrorAfterSending(socket));
    }

    [Theory, InlineData(Family.IPv4), InlineData(Family.IPv6)]
    public void A_container_is_told_by_a_router_that_the_hops_are_used_up(Family family)
    {
        using Socket socket = Connected(world.Web, world.Server, family, World.Port);
        // The host spends the first, so the packet ends at the router.
        socket.SetRawSocketOption(Level(family), family == Family.IPv4 ? IpTtl : Ipv6UnicastHops, BitConverter.GetBytes(2));

        Assert.Equal(SocketError.HostUnreachable, ErrorAfterSending(socket));
    }

    [Theory, InlineData(Family.IPv4), InlineData(Family.IPv6)]
    public void Somebody_outside_is_told_that_the_container_does_not_listen_any_more(Family family)
    {
        using Socket outside = world.Server.Network.Run(() => new Socket(world.Server.Address(family).AddressFamily, SocketType.Dgram, ProtocolType.Udp));
        outside.Bind(new IPEndPoint(world.Server.Address(family), 0));
        outside.ReceiveTimeout = (int)Patience.TotalMilliseconds;
        EndPoint asSeen = new IPEndPoint(world.Server.Address(family), 0);
        using (Socket inside = Connected(world.Web, world.Server, family, ((IPEndPoint)outside.LocalEndPoint!).Port))
        {
            inside.Send([1]);
            Assert.Equal(1, outside.ReceiveFrom(new byte[16], ref asSeen));
        }

        Assert.Equal(World.Uplink(family), ((IPEndPoint)asSeen).Address);
        outside.Connect(asSeen);
        Assert.Equal(SocketError.ConnectionRefused, ErrorAfterSending(outside));
    }

    // ip(7), ipv6(7)
    private const int SolIp = 0, IpTtl = 2, IpRecvErr = 11;
    private const int SolIpv6 = 41, Ipv6UnicastHops = 16, Ipv6RecvErr = 25;

    private static int Level(Family family) => family == Family.IPv4 ? SolIp : SolIpv6;

    /// <summary>Told of every error.</summary>
    private static Socket Connected(Container from, Outsider to, Family family, int port)
    {
        IPAddress address = to.Address(family);
        Socket socket = from.Network.Run(() => new Socket(address.AddressFamily, SocketType.Dgram, ProtocolType.Udp));
        socket.SetRawSocketOption(Level(family), family == Family.IPv4 ? IpRecvErr : Ipv6RecvErr, BitConverter.GetBytes(1));
        socket.ReceiveTimeout = (int)Patience.TotalMilliseconds;
        socket.Connect(address, port);
        return socket;
    }

    private static SocketError ErrorAfterSending(Socket socket)
    {
        socket.Send([1, 2, 3]);
        return Assert.Throws<SocketException>(() => socket.Receive(new byte[16])).SocketErrorCode;
    }
}
