using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using System.Text.Json;
using Ciliate.EndToEnd.Tests.OneHost;
using Ciliate.EndToEnd.Tests.Probes;
using Ciliate.Testing;
using Xunit;

namespace Ciliate.EndToEnd.Tests.Frames;

/// <summary>A container that may send raw frames sends what it should not: each is dropped for a reason that is told, and the neighbour works on.</summary>
public sealed class HostileContainerTests : IClassFixture<HostileContainerTests.Neighbours>
{
    private readonly Neighbours _n;

    public HostileContainerTests(Neighbours neighbours) => _n = neighbours;

    /// <summary>What makes the frame hostile, the reason it is dropped for, and the frame.</summary>
    private static Dictionary<string, (string Reason, Func<Neighbours, byte[]> Build)> Cases { get; } = new()
    {
        ["source MAC of another"] = ("spoofed mac", n => Frame.Ethernet(n.Gateway, n.Stranger, Frame.IPv4Type, Frame.Packet(n.Bad.IPv4, n.Good.IPv4))),
        ["IPv4 source of the neighbour"] = ("spoofed address", n => n.FromBad(Frame.IPv4Type, Frame.Packet(n.Peer.IPv4, n.Good.IPv4))),
        ["IPv6 source of the neighbour"] = ("spoofed address", n => n.FromBad(Frame.IPv6Type, Frame.Packet(n.Peer.IPv6, n.Good.IPv6))),
        ["frame to the neighbour's MAC"] = ("foreign destination mac", n => Frame.Ethernet(n.Stranger, n.Own, Frame.IPv4Type, Frame.Packet(n.Bad.IPv4, n.Good.IPv4))),
        ["unknown EtherType"] = ("unsupported ethertype", n => n.FromBad(0x88b5, new byte[64])),
        ["IPv4 header that is cut off"] = ("truncated", n => n.FromBad(Frame.IPv4Type, Frame.Packet(n.Bad.IPv4, n.Good.IPv4).AsSpan(0, 12))),
        ["IPv6 header that is cut off"] = ("truncated", n => n.FromBad(Frame.IPv6Type, Frame.Packet(n.Bad.IPv6, n.Good.IPv6).AsSpan(0, 30))),
        ["IPv4 of version 5"] = ("malformed", n => n.FromBad(Frame.IPv4Type, Changed(Frame.Packet(n.Bad.IPv4, n.Good.IPv4), 0, 0x55))),
        ["IPv4 header of 16 bytes"] = ("malformed", n => n.FromBad(Frame.IPv4Type, Changed(Frame.Packet(n.Bad.IPv4, n.Good.IPv4), 0, 0x44))),
        ["IPv4 fragment"] = ("fragment", n => n.FromBad(Frame.IPv4Type, Frame.WithChecksum(Changed(Frame.Packet(n.Bad.IPv4, n.Good.IPv4), 6, 0x20)))),
        ["IPv6 source routing"] = ("routing header", n => n.FromBad(Frame.IPv6Type, Frame.IPv6(n.Bad.IPv6, n.Good.IPv6, 43, 17, 0, 0, 1, 0, 0, 0, 0))),
        ["IPv4 broadcast"] = ("broadcast", n => n.FromBad(Frame.IPv4Type, Frame.Packet(n.Bad.IPv4, IPAddress.Broadcast))),
        ["IPv6 to all nodes"] = ("multicast", n => n.FromBad(Frame.IPv6Type, Frame.Packet(n.Bad.IPv6, IPAddress.Parse("ff02::1")))),
        ["ARP in the neighbour's name"] = ("arp spoofed", n => n.FromBad(0x0806, Frame.ArpRequest(n.Own, n.Peer.IPv4, n.GatewayIPv4))),
        ["ARP for the neighbour"] = ("arp foreign target", n => n.FromBad(0x0806, Frame.ArpRequest(n.Own, n.Bad.IPv4, n.Peer.IPv4))),
    };

    /// <summary>Name and reason of each case.</summary>
    public static TheoryData<string, string> Hostile { get; } = new(Cases.Select(one => (one.Key, one.Value.Reason)));

    [Theory]
    [MemberData(nameof(Hostile))]
    public void It_is_dropped_for_its_reason(string name, string reason)
    {
        long before = DropsFor(reason);

        _n.Sender.Send(Cases[name].Build(_n));

        Eventually.Holds(() => DropsFor(reason) > before, $"one more drop is counted as '{reason}'");
        Eventually.Holds(
            () => _n.Host.Ciliate.Observe("--verdict", "dropped").Any(flow => flow.Reason == reason && flow.Json.GetProperty("source").GetProperty("ID").GetInt32() == _n.Bad.Id),
            $"'{reason}' is told as a drop of the hostile container");
        _n.NeighboursTalk();
    }

    [Fact]
    public void Thousands_of_random_frames_crash_nothing_and_pass_nothing()
    {
        var random = new Random(20170401);
        long before = IngressOf(_n.Good);
        for (int i = 0; i < 5000; i++)
        {
            byte[] payload = new byte[random.Next(1, 1400)];
            random.NextBytes(payload);
            ushort type = random.Next(3) switch { 0 => Frame.IPv4Type, 1 => Frame.IPv6Type, _ => 0x0806 };
            _n.Sender.Send(_n.FromBad(type, payload));
        }

        Assert.Equal(before, IngressOf(_n.Good));
        _n.NeighboursTalk();
        Assert.Equal("ok", _n.Host.Ciliate.Json("status").GetProperty("ciliate").GetProperty("state").GetString());
    }

    private static byte[] Changed(byte[] packet, int offset, byte value)
    {
        packet[offset] = value;
        return packet;
    }

    private long DropsFor(string reason) => _n.Host.Ciliate.Json("status").GetProperty("drops").EnumerateArray()
        .Where(drop => drop.GetProperty("reason").GetString() == reason && drop.GetProperty("direction").GetString() == "egress")
        .Sum(drop => drop.GetProperty("packets").GetInt64());

    private long IngressOf(Container container) => _n.Host.Ciliate.Json("endpoint", "get", container.Name)
        .GetProperty("status").GetProperty("traffic").GetProperty("ingress-packets").GetInt64();

    /// <summary>A hostile container and two others that talk to each other.</summary>
    public sealed class Neighbours : IDisposable
    {
        private readonly EchoServer _echo;
        private readonly Dictionary<AddressFamily, Conversation> _talks;

        public Neighbours()
        {
            Host = new Host();
            (Bad, Good, Peer) = (Host.Add("bad"), Host.Add("good"), Host.Add("peer"));
            JsonElement networking = Host.Ciliate.Json("endpoint", "get", "bad").GetProperty("status").GetProperty("networking");
            (Gateway, Own) = (Mac(networking, "host-mac"), Mac(networking, "mac"));
            (GoodMac, PeerMac) = (MacOf(Good), MacOf(Peer));
            (GatewayIPv4, GatewayIPv6) = (Host.Address(Family.IPv4), Host.Address(Family.IPv6));
            Sender = new RawSender(Bad.Network);
            _echo = new EchoServer(Good.Network, 80);
            _talks = new[] { Good.IPv4, Good.IPv6 }.ToDictionary(good => good.AddressFamily, good => new Conversation(Peer.Network, good, 80, Transport.Udp));
        }

        public Host Host { get; }

        public Container Bad { get; }

        public Container Good { get; }

        public Container Peer { get; }

        public RawSender Sender { get; }

        /// <summary>The gateway's, as the hostile container sees it.</summary>
        public PhysicalAddress Gateway { get; }

        /// <summary>The hostile container's.</summary>
        public PhysicalAddress Own { get; }

        public PhysicalAddress Stranger { get; } = PhysicalAddress.Parse("02-00-00-00-00-99");

        public PhysicalAddress GoodMac { get; }

        public PhysicalAddress PeerMac { get; }

        public IPAddress GatewayIPv4 { get; }

        public IPAddress GatewayIPv6 { get; }

        public byte[] ToGood4(IPAddress from) => Frame.Packet(from, Good.IPv4);

        public byte[] ToGood6(IPAddress from) => Frame.Packet(from, Good.IPv6);

        /// <summary>A packet like those of the flow that the two others have with each other, either way; the flow lives.</summary>
        public byte[] TalkOfGood(IPAddress from, IPAddress to)
        {
            Conversation talk = _talks[from.AddressFamily];
            Assert.True(talk.IsAnswered(TimeSpan.FromSeconds(10)), "the neighbours do not hear each other");
            bool answer = from.Equals(Good.Address(from.AddressFamily == AddressFamily.InterNetwork ? Family.IPv4 : Family.IPv6));
            return Frame.Packet(from, to, Frame.UdpProtocol, answer ? Frame.Datagram(talk.SourcePort, 80) : Frame.Datagram(80, talk.SourcePort));
        }

        public byte[] FromBad(ushort type, ReadOnlySpan<byte> payload) => Frame.Ethernet(Gateway, Own, type, payload);

        public void NeighboursTalk()
        {
            Host.Passes(Peer, Good, 80, Family.IPv4, Transport.Udp);
            Host.Passes(Peer, Good, 80, Family.IPv6, Transport.Tcp);
        }

        public void Dispose()
        {
            foreach (Conversation talk in _talks.Values)
                talk.Dispose();
            _echo.Dispose();
            Sender.Dispose();
            Host.Dispose();
        }

        private static PhysicalAddress MacOf(Container container) => container.Network.Route.GetLink("eth0").Mac;

        private static PhysicalAddress Mac(JsonElement networking, string name) =>
            PhysicalAddress.Parse(networking.GetProperty(name).GetString()!.Replace(':', '-').ToUpperInvariant());
    }
}
