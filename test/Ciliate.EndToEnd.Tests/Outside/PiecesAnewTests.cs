using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using System.Security.Cryptography;
using Ciliate.EndToEnd.Tests.Frames;
using Ciliate.EndToEnd.Tests.OneHost;
using Ciliate.EndToEnd.Tests.Policies;
using Ciliate.EndToEnd.Tests.Probes;
using Ciliate.Testing;
using Xunit;
using static Ciliate.EndToEnd.Tests.Frames.Frame;

namespace Ciliate.EndToEnd.Tests.Outside;

/// <summary>Pieces of IPv6 packets that the host's conntrack puts together and its stack cuts again: the new ones have forgotten what interface they
/// came in by, as only the host's own have none.</summary>
public sealed class PiecesAnewTests : IClassFixture<PiecesAnewTests.Tracking>, IDisposable
{
    private const byte Fragment = 44, DestinationOptions = 60;
    private const int Port = 7060;

    private static int _number;

    private readonly WorldWithLan _world;
    private readonly FrameListener _web;

    public PiecesAnewTests(Tracking tracking)
    {
        _world = tracking.World;
        _web = new FrameListener(_world.Web.Network);
    }

    private static IPAddress Web(WorldWithLan world) => world.Web.Address(Family.IPv6);

    public void Dispose()
    {
        _world.Host.DeletePolicies();
        _web.Dispose();
    }

    [Fact]
    public void They_are_judged_as_what_whoever_sent_them_may_send()
    {
        using Socket socket = _world.Web.Network.Run(() => new Socket(AddressFamily.InterNetworkV6, SocketType.Dgram, ProtocolType.Udp));
        socket.Bind(new IPEndPoint(IPAddress.IPv6Any, Port));
        socket.ReceiveTimeout = 20_000;
        byte[] buffer = new byte[4096];

        (int from, byte[] content) = SendDatagram();
        Assert.Equal(content.Length, socket.Receive(buffer));
        Assert.Equal(content, buffer[..content.Length]);
        ObservedFlow[] told = Told(from);
        Assert.Equal(["reserved:world"], Assert.Single(told, flow => !flow.Dropped).Json.GetProperty("source").GetProperty("labels").EnumerateArray().Select(label => label.GetString()));

        _world.Host.Apply(PolicyText.Ingress("web", "nobody"));
        (from, _) = SendDatagram();
        Assert.All(Told(from), flow => Assert.Equal((true, Expectations.IngressDenied, "web"), (flow.Dropped, flow.Reason, flow.Destination)));
        Assert.Equal(0, socket.Available);
    }

    /// <summary>A SYN whose first piece ends before the TCP header does, and whose second hides in more headers than anybody walks.</summary>
    [Fact]
    public void What_nobody_can_judge_is_not_left_to_the_stack_to_make_another_of()
    {
        using var router = new RawSender(_world.Router.Network);
        IPAddress from = _world.Router.Address(Family.IPv6);
        byte[] syn = [0x0b, 0xb8, 0x1f, 0x90, 0, 0, 0, 1, 0, 0, 0, 0, 0xf0, 0x02, 0x20, 0, 0, 0, 0, 0, .. Enumerable.Repeat((byte)1, 40), .. RandomNumberGenerator.GetBytes(1148)];
        byte[][] nine = [.. Enumerable.Range(1, 9).Select(i => Options(i == 9 ? Fragment : DestinationOptions, 8))];
        uint id = NextId();
        Dictionary<string, int> before = new[] { "fragment", "too many extension headers" }.ToDictionary(reason => reason, DropsFor);

        foreach (byte[] piece in new byte[][]
                 {
                     IPv6(from, Web(_world), DestinationOptions, [.. Options(Fragment, 248), .. FragmentHeader(TcpProtocol, 0, more: true, id), .. syn[..24]]),
                     IPv6(from, Web(_world), DestinationOptions, [.. nine.SelectMany(header => header), .. FragmentHeader(TcpProtocol, 24, more: false, id), .. syn[24..]]),
                 })
        {
            router.Send(Ethernet(MacOf(World.UplinkName), _world.Router.Network.Route.GetLink("eth0").Mac, IPv6Type, piece));
        }

        Assert.All(before, reason => Eventually.Holds(() => DropsFor(reason.Key) > reason.Value, $"'{reason.Key}' is told"));
        Assert.DoesNotContain(_web.Take(), frame => frame.Length > EthernetLength + IPv6Length && SourceOf(frame).Equals(from));
    }

    private PhysicalAddress MacOf(string link) => _world.Host.Network.Route.GetLink(link).Mac;

    /// <summary>To web, in two pieces. What lies before the first one's fragment header makes the stack copy each new piece instead of reusing the old.</summary>
    private (int From, byte[] Content) SendDatagram()
    {
        using var neighbour = new RawSender(_world.Neighbour.Network);
        uint id = NextId();
        IPEndPoint from = new(_world.Neighbour.Address(Family.IPv6), 30000 + (int)id), to = new(Web(_world), Port);
        byte[] content = RandomNumberGenerator.GetBytes(1400), datagram = Datagram(from, to, content);
        foreach (byte[] piece in new byte[][]
                 {
                     IPv6(from.Address, to.Address, DestinationOptions, [.. Options(Fragment, 208), .. FragmentHeader(UdpProtocol, 0, more: true, id), .. datagram[..1000]]),
                     IPv6(from.Address, to.Address, Fragment, [.. FragmentHeader(UdpProtocol, 1000, more: false, id), .. datagram[1000..]]),
                 })
        {
            neighbour.Send(Ethernet(MacOf("lan0"), _world.Neighbour.Network.Route.GetLink("eth0").Mac, IPv6Type, piece));
        }

        return (from.Port, content);
    }

    private static uint NextId() => (uint)Interlocked.Increment(ref _number);

    /// <summary>Destination options of so many bytes, a multiple of 8, that say nothing: unknown ones, to be skipped (RFC 8200, 4.2).</summary>
    private static byte[] Options(byte next, int length)
    {
        const byte skipped = 0x1e;
        byte[] header = new byte[length];
        (header[0], header[1], header[2], header[3]) = (next, (byte)((length / 8) - 1), skipped, (byte)(length - 4));
        return header;
    }

    private static byte[] FragmentHeader(byte next, int offset, bool more, uint id) =>
        [next, 0, (byte)(offset >> 8), (byte)(offset | (more ? 1 : 0)), (byte)(id >> 24), (byte)(id >> 16), (byte)(id >> 8), (byte)id];

    private ObservedFlow[] Told(int from)
    {
        ObservedFlow[] seen = [];
        Eventually.Holds(() => (seen = _world.Host.SeenFrom(from, Port)).Length > 0, "a verdict is told", TimeSpan.FromSeconds(20));
        return seen;
    }

    private int DropsFor(string reason) => _world.Host.Ciliate.Observe("--verdict", "dropped")
        .Count(flow => flow.Reason == reason && flow.Json.GetProperty("destination").GetProperty("ID").GetInt32() == _world.Web.Id);

    /// <summary>A host with conntrack, as a firewall's rule brings it.</summary>
    public sealed class Tracking : IDisposable
    {
        public Tracking()
        {
            const string rules = "add table inet t; add chain inet t f { type filter hook forward priority 0; }; add rule inet t f ct state established accept";
            ProcessResult result = TestProcess.Run(World.Host.Network, "nft", rules);
            Assert.True(result.ExitCode == 0, $"nft: {result.Errors}");
        }

        public WorldWithLan World { get; } = new();

        public void Dispose() => World.Dispose();
    }
}
