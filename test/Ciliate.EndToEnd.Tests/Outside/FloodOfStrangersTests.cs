using System.Buffers.Binary;
using System.Net;
using System.Net.NetworkInformation;
using System.Text.Json;
using Ciliate.EndToEnd.Tests.Frames;
using Ciliate.EndToEnd.Tests.OneHost;
using Ciliate.EndToEnd.Tests.Probes;
using Ciliate.Linux;
using Ciliate.Testing;
using Xunit;
using static Ciliate.EndToEnd.Tests.Frames.Frame;

namespace Ciliate.EndToEnd.Tests.Outside;

/// <summary>More SYNs come to a container from outside than the flow table has entries, and none of their senders goes on.</summary>
public sealed class FloodOfStrangersTests : IDisposable
{
    private const int Size = 1024, Share = (Size / 3) + 1, Slack = 16;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly SmallTable _world = new();
    private readonly EchoServer _echo;

    public FloodOfStrangersTests()
    {
        _echo = new EchoServer(_world.Web.Network, World.Port);
        _world.LeadToContainers();
        // What is not masqueraded is routed by the host's stack, which is the host's administrator's to allow.
        Sysctl.Write(_world.Host.Network.Namespace, "net/ipv6/conf/all/forwarding", "1");
    }

    public void Dispose()
    {
        _echo.Dispose();
        _world.Dispose();
    }

    [Theory, InlineData(Family.IPv4), InlineData(Family.IPv6)]
    public void The_container_opens_what_it_likes_the_host_reaches_it_and_only_strangers_are_refused(Family family)
    {
        using var old = new Conversation(_world.Router.Network, _world.Web.Address(family), World.Port, Transport.Tcp);
        Assert.True(old.IsAnswered(Patience), "somebody outside reaches the container before the flood");

        Flood(family);

        AllGoesOnButStrangers(family);
        Assert.True(old.IsAnswered(Patience), "a stranger's connection from before goes on");

        _world.Host.Agent.Stop();
        _world.Host.Agent.Start();
        AllGoesOnButStrangers(family);
    }

    private void AllGoesOnButStrangers(Family family)
    {
        Assert.InRange(CountOf("incoming"), Share - Slack, Share + Slack);
        foreach (Transport transport in Enum.GetValues<Transport>())
        {
            _world.Host.Passes(_world.Web, _world.Server, World.Port, family, transport);
            _world.Host.Passes(_world.Host, _world.Web, World.Port, family, transport);
            _world.Host.Passes(_world.Db, _world.Web, World.Port, family, transport);
        }

        using var another = new Conversation(_world.Router.Network, _world.Web.Address(family), World.Port, Transport.Udp);
        Assert.False(another.IsAnswered(TimeSpan.FromMilliseconds(150)), "strangers opened a flow more");
        ObservedFlow[] seen = [];
        Eventually.Holds(() => (seen = _world.Host.SeenFrom(another.SourcePort, World.Port)).Length > 0, "the refusal is told");
        Assert.All(seen, flow => Assert.Equal("flow quota", flow.Reason));
    }

    /// <summary>From a network that the router routes on, where nobody is.</summary>
    private void Flood(Family family)
    {
        using var sender = new RawSender(_world.Router.Network);
        PhysicalAddress uplink = _world.Host.Network.Route.GetLink(World.UplinkName).Mac, router = _world.Router.Network.Route.GetLink("eth0").Mac;
        var stranger = IPAddress.Parse(family == Family.IPv4 ? "203.0.113.77" : "2001:db8:52::77");
        for (int port = 1; port <= Size; port++)
            sender.Send(Ethernet(uplink, router, family == Family.IPv4 ? IPv4Type : IPv6Type, Packet(stranger, _world.Web.Address(family), TcpProtocol, Syn(port))));
        Eventually.Holds(() => CountOf("incoming") >= Share - Slack, "the flood has arrived", Patience);
    }

    /// <summary>Its checksum is wrong, so that the container does not even answer.</summary>
    private static byte[] Syn(int port)
    {
        byte[] syn = [0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0x50, 0x02, 0x20, 0, 0, 0, 0, 0];
        BinaryPrimitives.WriteUInt16BigEndian(syn, (ushort)port);
        BinaryPrimitives.WriteUInt16BigEndian(syn.AsSpan(2), World.Port);
        return syn;
    }

    private int CountOf(string member) => _world.Host.Ciliate.Json("bpf", "endpoint", "list").EnumerateArray()
        .Single((JsonElement row) => row.GetProperty("name").GetString() == "web").GetProperty(member).GetInt32();

    /// <summary>Half-open connections outlive the test, however slow the machine is.</summary>
    private sealed class SmallTable() : World("--flow-table-size", $"{Size}", "--flow-timeout-tcp-syn", "3600");
}
