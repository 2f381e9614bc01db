using System.Net;
using System.Net.NetworkInformation;
using Ciliate.EndToEnd.Tests.Frames;
using Ciliate.EndToEnd.Tests.OneHost;
using Ciliate.EndToEnd.Tests.Policies;
using Ciliate.EndToEnd.Tests.Probes;
using Ciliate.Testing;
using Xunit;
using static Ciliate.EndToEnd.Tests.Frames.Frame;

namespace Ciliate.EndToEnd.Tests.Outside;

/// <summary>What somebody on the uplink's wire can say to a container in another's name, and what goes through tunnels, by real frames.</summary>
public sealed class LiesFromOutsideTests : IClassFixture<World>, IDisposable
{
    private const byte Routing = 43, Gre = 47;
    private const string Spoofed = "spoofed address", Invalid = "invalid address";

    private readonly World _world;
    private readonly RawSender _sender;
    private readonly FrameListener _web;
    private readonly PhysicalAddress _uplink;
    private readonly PhysicalAddress _router;

    public LiesFromOutsideTests(World world)
    {
        _world = world;
        _sender = new RawSender(world.Router.Network);
        _web = new FrameListener(world.Web.Network);
        _uplink = world.Host.Network.Route.GetLink(World.UplinkName).Mac;
        _router = world.Router.Network.Route.GetLink("eth0").Mac;
        world.Host.DeletePolicies();
        world.Forward();
        Eventually.Holds(
            () => Enum.GetValues<Family>().All(family => world.Host.Ciliate.Do("bpf", "ipcache", "list").Contains($"{World.Uplink(family)}/", StringComparison.Ordinal)),
            "the agent has seen the host's addresses",
            TimeSpan.FromSeconds(20));
    }

    /// <summary>What is told of a packet that one address sends to web.</summary>
    private static Dictionary<string, (string Reason, Func<LiesFromOutsideTests, Family, byte[]> Build)> Lies { get; } = new()
    {
        ["address of the neighbour"] = (Spoofed, (test, family) => Packet(test._world.Db.Address(family), test.Web(family))),
        ["address of the container itself"] = (Spoofed, (test, family) => Packet(test.Web(family), test.Web(family))),
        ["address of the gateway"] = (Spoofed, (test, family) => Packet(test._world.Host.Address(family), test.Web(family))),
        ["address of the uplink"] = (Spoofed, (test, family) => Packet(World.Uplink(family), test.Web(family))),
        ["error in the neighbour's name"] = (Spoofed, (test, family) => test.Error(family, test._world.Db.Address(family))),
        ["error in the host's name"] = (Spoofed, (test, family) => test.Error(family, World.Uplink(family))),
        ["error about no flow"] = ("icmp error unrelated", (test, family) => test.Error(family, test._world.Router.Address(family))),
        ["loopback"] = (Invalid, (test, family) => Packet(family == Family.IPv4 ? IPAddress.Loopback : IPAddress.IPv6Loopback, test.Web(family))),
        ["address of a group"] = (Invalid, (test, family) => Packet(family == Family.IPv4 ? IPAddress.Parse("224.0.0.5") : AllNodes, test.Web(family))),
        ["answer that nobody waits for"] = ("no flow", (test, family) => Packet(test._world.Router.Address(family), test.Web(family), TcpProtocol, SynAck)),
    };

    public static TheoryData<Family, string, string> Told { get; } = new(
        Enum.GetValues<Family>().SelectMany(family => Lies.Select(lie => (family, lie.Key, lie.Value.Reason))));

    private static byte[] SynAck { get; } = [0, 80, 0x30, 0x39, 0, 0, 0, 1, 0, 0, 0, 1, 0x50, 0x12, 0x20, 0, 0, 0, 0, 0];

    [Theory]
    [MemberData(nameof(Told))]
    public void It_is_dropped_for_its_reason_and_does_not_arrive(Family family, string name, string reason) =>
        IsDropped(family, Lies[name].Build(this, family), reason);

    [Fact]
    public void A_route_from_the_source_is_refused()
    {
        IPAddress ipv6 = _world.Router.Address(Family.IPv6), hop = _world.Db.Address(Family.IPv6);
        byte[] routed = WithOptions(Packet(_world.Router.Address(Family.IPv4), Web(Family.IPv4)), [131, 7, 4, .. _world.Db.Address(Family.IPv4).GetAddressBytes(), 0]);

        IsDropped(Family.IPv4, routed, "source route");
        IsDropped(Family.IPv6, IPv6(ipv6, Web(Family.IPv6), Routing, [UdpProtocol, 2, 0, 1, 0, 0, 0, 0, .. hop.GetAddressBytes(), .. Datagram(9)]), "routing header");
    }

    [Theory, InlineData(Family.IPv4), InlineData(Family.IPv6)]
    public void What_comes_past_the_translation_is_no_answer(Family family)
    {
        using var conversation = new Conversation(_world.Web.Network, _world.Router.Address(family), World.Port, Transport.Udp);
        Assert.True(conversation.IsAnswered(TimeSpan.FromSeconds(20)));

        IsDropped(family, Packet(_world.Router.Address(family), Web(family), UdpProtocol, Datagram(conversation.SourcePort, World.Port)), "no flow");

        Assert.True(conversation.IsAnswered(TimeSpan.FromSeconds(20)));
    }

    [Theory, InlineData(Family.IPv4), InlineData(Family.IPv6)]
    public void Where_the_host_does_not_forward_no_stranger_gets_in(Family family)
    {
        byte[] packet = Packet(_world.Router.Address(family), Web(family), UdpProtocol, Datagram(9, 4000 + (int)family));
        _world.Forward(false);
        IsDropped(family, packet, "not forwarded");

        _world.Forward();
        Send(family, packet);
        Arrives(packet);
    }

    /// <summary>What is inside is not looked at: it is the container's to unpack, and says nothing about who sent it.</summary>
    [Theory, InlineData(Family.IPv4, true), InlineData(Family.IPv4, false), InlineData(Family.IPv6, true), InlineData(Family.IPv6, false)]
    public void A_tunnel_is_judged_as_the_packet_that_it_is(Family family, bool vxlan)
    {
        byte[] inside = Packet(_world.Db.Address(family), Web(family)), packet = Tunnel(family, inside, vxlan);
        Send(family, packet);
        Arrives(packet);

        _world.Host.Apply(PolicyText.For("web", $"  ingress: [{{toPorts: [{{ports: [{(vxlan ? "{port: \"9\", protocol: UDP}" : "{port: \"0\", protocol: \"4\"}")}]}}]}}]"));
        IsDropped(family, packet, Expectations.IngressDenied);

        _world.Host.Apply(PolicyText.For("web", $"  ingress: [{{toPorts: [{{ports: [{(vxlan ? "{port: \"4789\", protocol: UDP}" : "{port: \"0\", protocol: GRE}")}]}}]}}]"));
        Send(family, packet);
        Arrives(packet);
    }

    public void Dispose()
    {
        _world.Host.DeletePolicies();
        _sender.Dispose();
        _web.Dispose();
    }

    private IPAddress Web(Family family) => _world.Web.Address(family);

    /// <summary>About a packet that web never sent.</summary>
    private byte[] Error(Family family, IPAddress from) => PortUnreachable(from, Web(family), Packet(Web(family), from));

    /// <summary>GRE (RFC 2784), or VXLAN (RFC 7348) with a frame.</summary>
    private byte[] Tunnel(Family family, byte[] inside, bool vxlan)
    {
        ushort type = family == Family.IPv4 ? IPv4Type : IPv6Type;
        byte[] content = [0x12, 0xb5, 0x12, 0xb5, 0, 0, 0, 0, 8, 0, 0, 0, 0, 0, 7, 0, .. Ethernet(_uplink, _router, type, inside)];
        content[5] = (byte)content.Length;
        return vxlan
            ? Packet(_world.Router.Address(family), Web(family), UdpProtocol, content)
            : Packet(_world.Router.Address(family), Web(family), Gre, [0, 0, (byte)(type >> 8), (byte)type, .. inside]);
    }

    private void Send(Family family, byte[] packet)
    {
        _web.Take();
        _sender.Send(Ethernet(_uplink, _router, family == Family.IPv4 ? IPv4Type : IPv6Type, packet));
    }

    private void IsDropped(Family family, byte[] packet, string reason)
    {
        int before = DropsFor(reason);
        Send(family, packet);
        Eventually.Holds(() => DropsFor(reason) > before, $"'{reason}' is told as a drop on the way to web");
        Assert.DoesNotContain(_web.Take(), frame => EndsWith(frame, packet));
    }

    private void Arrives(byte[] packet) => Eventually.Holds(() => _web.Take().Any(frame => EndsWith(frame, packet)), "the packet arrives");

    /// <summary>By what lies behind the hop count.</summary>
    private static bool EndsWith(byte[] frame, byte[] packet) =>
        frame.Length == EthernetLength + packet.Length && frame.AsSpan(EthernetLength + 12).SequenceEqual(packet.AsSpan(12));

    private int DropsFor(string reason) => _world.Host.Ciliate.Observe("--verdict", "dropped")
        .Count(flow => flow.Reason == reason && flow.Json.GetProperty("destination").GetProperty("ID").GetInt32() == _world.Web.Id);
}
