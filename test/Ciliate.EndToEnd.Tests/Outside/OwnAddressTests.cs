using System.Net;
using System.Net.Sockets;
using Ciliate.EndToEnd.Tests.OneHost;
using Ciliate.EndToEnd.Tests.Policies;
using Ciliate.EndToEnd.Tests.Probes;
using Ciliate.Linux;
using Ciliate.Testing;
using Xunit;

namespace Ciliate.EndToEnd.Tests.Outside;

/// <summary>Some outside see containers by their own addresses: those in excluded ranges, and those who speak first.</summary>
public sealed class OwnAddressTests(OwnAddressTests.Excluding world) : IClassFixture<OwnAddressTests.Excluding>
{
    private const int Port = 7002;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    [Theory, InlineData(Family.IPv4), InlineData(Family.IPv6)]
    public void An_excluded_range_sees_the_containers_own_address_and_all_others_the_uplinks(Family family)
    {
        Assert.Equal(world.Web.Address(family), SeenBy(world.Server, family));
        Assert.Equal(World.Uplink(family), SeenBy(world.Router, family));
    }

    [Theory, InlineData(Family.IPv4), InlineData(Family.IPv6)]
    public void Policy_decides_about_what_comes_straight_to_a_container(Family family)
    {
        using var inside = new EchoServer(world.Db.Network, Port);
        foreach (Outsider from in new[] { world.Server, world.Router })
            Assert.All(Enum.GetValues<Transport>(), transport => Assert.True(Reaches(from, family, transport), $"{from} by {transport}"));
        Expectations.Pings(world.Server, world.Db.Address(family));

        world.Host.Apply(PolicyText.For("db", "  ingress:\n    - fromCIDR: [198.51.100.1/32, \"2001:db8:51::1/128\"]"));
        try
        {
            Assert.All(Enum.GetValues<Transport>(), transport => Assert.True(Reaches(world.Router, family, transport), $"{transport}"));
            using var denied = new Conversation(world.Server.Network, world.Db.Address(family), Port, Transport.Udp);
            Assert.False(denied.IsAnswered(TimeSpan.FromMilliseconds(150)));
            Eventually.Holds(
                () => world.Host.SeenFrom(denied.SourcePort, Port).Any(flow => flow is { Destination: "db", Reason: Expectations.IngressDenied }),
                "the drop is told");
        }
        finally
        {
            world.Host.DeletePolicies();
        }
    }

    private bool Reaches(Outsider from, Family family, Transport transport)
    {
        using var conversation = new Conversation(from.Network, world.Db.Address(family), Port, transport);
        return conversation.IsAnswered(Patience);
    }

    /// <summary>Where web's connection comes from, as its other end sees it.</summary>
    private IPAddress SeenBy(Outsider outsider, Family family)
    {
        IPAddress address = outsider.Address(family);
        using Socket listener = outsider.Network.Run(() => new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp));
        listener.Bind(new IPEndPoint(address, 0));
        listener.Listen();
        using Socket client = world.Web.Network.Run(() => new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp));
        client.Connect(listener.LocalEndPoint!);
        using Socket accepted = listener.Accept();
        return ((IPEndPoint)accepted.RemoteEndPoint!).Address;
    }

    /// <summary>Uplinks are named, the server's networks are excluded, and everybody has a way to the containers.</summary>
    public sealed class Excluding : World
    {
        public Excluding()
            : base("--devices", "wan*", "--masquerade-exclude", "203.0.113.0/24,2001:db8:52::/64")
        {
            LeadToContainers();
            // What is not masqueraded is routed by the host's stack, which is the host's administrator's to allow.
            Sysctl.Write(Host.Network.Namespace, "net/ipv6/conf/all/forwarding", "1");
        }
    }
}
