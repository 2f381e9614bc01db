using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using Ciliate.EndToEnd.Tests.FlowTypes;
using Ciliate.EndToEnd.Tests.Frames;
using Ciliate.EndToEnd.Tests.OneHost;
using Ciliate.EndToEnd.Tests.Probes;
using Ciliate.Netlink;
using Ciliate.Testing;
using Xunit;

namespace Ciliate.EndToEnd.Tests.Outside;

/// <summary>Checksums that a container leaves to the card, at an uplink whose card makes none, so that the stack puts them in after the verdict:
/// where they belong they leave, and nowhere else.</summary>
public sealed class ChecksumTests(ChecksumTests.WithoutCard world) : IClassFixture<ChecksumTests.WithoutCard>
{
    private const int UdpSum = 6, IcmpSum = 2, IcmpLength = 8, Port = 7010, SourcePort = 7011;
    private const long Bulk = 16 << 20;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    /// <summary>Bytes of a packet, from its IP header on, that a sum could be put at.</summary>
    private static readonly (Family Family, string Over, int Place)[] s_places =
    [
        (Family.IPv4, "source address", 14),
        (Family.IPv4, "destination address", 18),
        (Family.IPv4, "source port", 20),
        (Family.IPv4, "destination port", 22),
        (Family.IPv6, "source address", 22),
        (Family.IPv6, "destination address", 38),
        (Family.IPv6, "source port", 40),
        (Family.IPv6, "destination port", 42),
    ];

    public static TheoryData<Family, string, int> Misplaced { get; } = BytesOfTheFrame(inError: false);

    /// <summary>In the packet that an error embeds.</summary>
    public static TheoryData<Family, string, int> MisplacedInError { get; } = BytesOfTheFrame(inError: true);

    [Theory]
    [MemberData(nameof(Misplaced))]
    public void A_sum_over_what_was_judged_does_not_leave(Family family, string over, int place)
    {
        using var speaker = new Speaker(world.Host, world.Web, withOffload: true);
        using var outside = new FrameListener(world.Router.Network);
        byte[] content = RandomNumberGenerator.GetBytes(20);
        int before = Told(), begin = HeaderLength(family);

        speaker.Send(Packet(family, content), new Offload(begin, place - begin));

        Eventually.Holds(() => Told() > before, $"a sum over the {over} is told as a drop");
        Assert.False(outside.Saw(content));
    }

    /// <summary>What an error embeds says whose connection it is about: it must not become one of the host's, or of another container.</summary>
    [Theory]
    [MemberData(nameof(MisplacedInError))]
    public void A_sum_over_what_an_error_is_about_does_not_leave(Family family, string over, int place)
    {
        using var flow = new Conversation(world.Web.Network, world.Router.Address(family), World.Port, Transport.Udp);
        using var speaker = new Speaker(world.Host, world.Web, withOffload: true);
        using var outside = new FrameListener(world.Router.Network);
        Assert.True(flow.IsAnswered(Patience));
        int before = Told(), begin = HeaderLength(family);
        byte[] ownPlace = RandomNumberGenerator.GetBytes(20), misplaced = RandomNumberGenerator.GetBytes(20);

        speaker.Send(ErrorAbout(flow, family, ownPlace), new Offload(begin, Frame.EthernetLength + IcmpSum));
        outside.Await(ownPlace);
        speaker.Send(ErrorAbout(flow, family, misplaced), new Offload(begin, place - begin));

        Eventually.Holds(() => Told() > before, $"a sum over the embedded {over} is told as a drop");
        Assert.False(outside.Saw(misplaced));
    }

    [Theory, InlineData(Family.IPv4, 0), InlineData(Family.IPv6, 0), InlineData(Family.IPv4, 500), InlineData(Family.IPv6, 500)]
    public void A_sum_in_its_place_leaves_and_is_right(Family family, int segmentSize)
    {
        using var speaker = new Speaker(world.Host, world.Web, withOffload: true);
        using Socket outside = world.Router.Network.Run(() => new Socket(world.Router.Address(family).AddressFamily, SocketType.Dgram, ProtocolType.Udp));
        outside.Bind(new IPEndPoint(world.Router.Address(family), Port));
        outside.ReceiveTimeout = (int)Patience.TotalMilliseconds;
        byte[] content = RandomNumberGenerator.GetBytes(1500), received = new byte[content.Length];
        int begin = Frame.EthernetLength + HeaderLength(family), parts = segmentSize == 0 ? 1 : content.Length / segmentSize;
        content = segmentSize == 0 ? content[..1000] : content;
        Expectations.Pings(world.Web, world.Router.Address(family));

        speaker.Send(Packet(family, content), new Offload(begin, UdpSum, segmentSize));
        for (int i = 0; i < parts; i++)
            Assert.Equal(content.Length / parts, outside.Receive(received.AsSpan(i * content.Length / parts)));

        Assert.Equal(content, received[..content.Length]);
    }

    [Theory, InlineData(Family.IPv4), InlineData(Family.IPv6)]
    public void What_sockets_leave_to_the_card_arrives(Family family)
    {
        Expectations.Pings(world.Web, world.Router.Address(family));
        using (var datagrams = new DatagramTalk(world.Web.Network, world.Router.Address(family), World.Port, size: 1000))
            datagrams.GoesOn();
        BulkTransfer sent = BulkTransfer.Run(world.Web, world.Router, family, Bulk, download: false);

        Assert.Equal((sent.Sent, Bulk), (sent.Received, sent.Bytes));
    }

    /// <summary>Of such a packet the sum that is left to the card is of the packet inside, behind an outer header that is complete.</summary>
    [Theory, InlineData(Family.IPv4, true), InlineData(Family.IPv4, false), InlineData(Family.IPv6, true), InlineData(Family.IPv6, false)]
    public void A_tunnel_of_the_containers_own_leaves_with_what_is_inside(Family family, bool outerSum)
    {
        using var tunnel = new Tunnel(world.Web.Network, world.Router, family, outerSum);
        using Socket sender = world.Web.Network.Run(() => new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp));
        using Socket receiver = world.Router.Network.Run(() => new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp));
        receiver.Bind(new IPEndPoint(Tunnel.FarEnd, Port));
        receiver.ReceiveTimeout = (int)Patience.TotalMilliseconds;
        byte[] content = RandomNumberGenerator.GetBytes(1000), received = new byte[content.Length];

        sender.SendTo(content, new IPEndPoint(Tunnel.FarEnd, Port));

        Assert.Equal(content.Length, receiver.Receive(received));
        Assert.Equal(content, received);
    }

    private static TheoryData<Family, string, int> BytesOfTheFrame(bool inError)
    {
        var reachable = new TheoryData<Family, string, int>();
        foreach ((Family family, string over, int place) in s_places)
        {
            int header = HeaderLength(family), inFrame = Frame.EthernetLength + place + (inError ? header + IcmpLength : 0);
            // The kernel wants the sum to begin behind as many bytes as an IP header has, counted from the frame's begin.
            if (inFrame >= header)
                reachable.Add(family, over, inFrame);
        }

        return reachable;
    }

    private static int HeaderLength(Family family) => family == Family.IPv4 ? Frame.IPv4Length : Frame.IPv6Length;

    private byte[] Packet(Family family, byte[] content)
    {
        IPEndPoint from = new(world.Web.Address(family), SourcePort), to = new(world.Router.Address(family), Port);
        return Frame.Packet(from.Address, to.Address, Frame.UdpProtocol, Frame.Datagram(from, to, content, leaveSumToCard: true));
    }

    /// <summary>That web does not take an answer of this conversation.</summary>
    private byte[] ErrorAbout(Conversation flow, Family family, byte[] content)
    {
        IPEndPoint from = new(world.Router.Address(family), World.Port), to = new(world.Web.Address(family), flow.SourcePort);
        return Frame.PortUnreachable(to.Address, from.Address, Frame.Packet(from.Address, to.Address, Frame.UdpProtocol, Frame.Datagram(from, to, content)));
    }

    private int Told() => world.Host.Ciliate.Observe("--verdict", "dropped", "--from", "web").Count(flow => flow.Reason == "checksum misplaced");

    public sealed class WithoutCard : World
    {
        public WithoutCard() => Host.Network.Route.SetFeature(UplinkName, LinkFeature.TransmitChecksum, enabled: false);
    }

    /// <summary>VXLAN (RFC 7348) from a container to somebody outside, by the kernels' own devices. Answers do not come back by it: it has one port at
    /// both ends, which masquerade does not keep.</summary>
    private sealed class Tunnel : IDisposable
    {
        private const string Name = "vx0", FarMac = "02:00:00:00:07:01";
        private readonly TestNamespace _inside;
        private readonly TestNamespace _outside;

        public Tunnel(TestNamespace inside, Outsider outsider, Family family, bool outerSum)
        {
            (_inside, _outside) = (inside, outsider.Network);
            string sum = (outerSum, family) switch
            {
                (true, Family.IPv4) => "udpcsum",
                (false, Family.IPv4) => "noudpcsum",
                (true, _) => "noudp6zerocsumtx",
                (false, _) => "udp6zerocsumtx",
            };
            Do(inside, $"link add {Name} type vxlan id 7 dstport 4789 dev eth0 remote {outsider.Address(family)} {sum}");
            Do(inside, $"addr add 10.7.0.2/24 dev {Name}");
            Do(inside, $"link set {Name} mtu 1300 up");
            Do(inside, $"neigh add {FarEnd} lladdr {FarMac} dev {Name}");
            Do(_outside, $"link add {Name} address {FarMac} type vxlan id 7 dstport 4789 local {outsider.Address(family)} udp6zerocsumrx");
            Do(_outside, $"addr add {FarEnd}/24 dev {Name}");
            Do(_outside, $"link set {Name} up");
        }

        public static IPAddress FarEnd { get; } = IPAddress.Parse("10.7.0.1");

        public void Dispose()
        {
            _inside.Route.DeleteLink(Name);
            _outside.Route.DeleteLink(Name);
        }

        private static void Do(TestNamespace network, string command)
        {
            ProcessResult result = TestProcess.Run(network, "ip", command.Split(' '));
            Assert.True(result.ExitCode == 0, $"ip {command}: {result.Errors}");
        }
    }
}
