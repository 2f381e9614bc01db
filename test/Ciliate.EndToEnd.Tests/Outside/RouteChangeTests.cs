using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using Ciliate.EndToEnd.Tests.Frames;
using Ciliate.EndToEnd.Tests.OneHost;
using Ciliate.Netlink;
using Xunit;

namespace Ciliate.EndToEnd.Tests.Outside;

public sealed class RouteChangeTests(WorldWithLan world) : IClassFixture<WorldWithLan>
{
    [Theory, InlineData(Family.IPv4, "198.18.1.9"), InlineData(Family.IPv6, "2001:db8:19::9")]
    public void A_flow_keeps_its_address_when_its_way_comes_to_be_by_an_uplink(Family family, string far)
    {
        var remote = new IPEndPoint(IPAddress.Parse(far), 7020);
        using Socket socket = Open(remote), later = Open(remote);
        using var lan = new FrameListener(world.Neighbour.Network);
        using var outside = new FrameListener(world.Router.Network);

        Lead(remote.Address, world.Neighbour.Address(family));
        Assert.Equal(world.Web.Address(family), SeenAs(lan, socket, remote));
        Lead(remote.Address, world.Router.Address(family));

        Assert.Equal(world.Web.Address(family), SeenAs(outside, socket, remote));
        Assert.Equal(World.Uplink(family), SeenAs(outside, later, remote));
    }

    /// <summary>Not connected, so that no error that comes back is told to whoever sends next.</summary>
    private Socket Open(IPEndPoint remote) => world.Web.Network.Run(() => new Socket(remote.AddressFamily, SocketType.Dgram, ProtocolType.Udp));

    private void Lead(IPAddress to, IPAddress by) => world.Host.Network.Route.AddRoute(
        new RouteSpec(new IPNetwork(to, to.AddressFamily == AddressFamily.InterNetwork ? 32 : 128)) { Gateway = by }, replace: true);

    private static IPAddress SeenAs(FrameListener listener, Socket socket, IPEndPoint remote)
    {
        byte[] content = RandomNumberGenerator.GetBytes(20);
        socket.SendTo(content, remote);
        return Frame.SourceOf(listener.Await(content));
    }
}
