using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using Ciliate.EndToEnd.Tests.FlowTypes;
using Ciliate.EndToEnd.Tests.OneHost;
using Ciliate.EndToEnd.Tests.Policies;
using Ciliate.Testing;
using Xunit;

namespace Ciliate.EndToEnd.Tests.Frames;

/// <summary>What the kernel's own stacks make of packets in pieces and of errors, through real veths.</summary>
public sealed class PiecesAndHopsTests : IClassFixture<PiecesAndHopsTests.Neighbours>
{
    private readonly Neighbours _n;

    public PiecesAndHopsTests(Neighbours neighbours) => _n = neighbours;

    [Theory, InlineData(Family.IPv4), InlineData(Family.IPv6)]
    public void Pings_larger_than_the_link_are_answered(Family family) => AreAnswered(_n.Web, _n.Db, family, bytes: 6000);

    /// <summary>One in one piece by the datapath, those in several by the host.</summary>
    [Theory, InlineData(Family.IPv4, 2000), InlineData(Family.IPv4, 6000), InlineData(Family.IPv6, 2000), InlineData(Family.IPv6, 6000)]
    public void Pings_of_the_gateway_are_answered_whatever_their_size(Family family, int bytes)
    {
        AreAnswered(_n.Db, _n.Host, family, bytes: 56);
        AreAnswered(_n.Db, _n.Host, family, bytes);
    }

    [Theory, InlineData(Family.IPv4), InlineData(Family.IPv6)]
    public void A_sender_is_told_that_the_hops_of_its_packet_are_used_up(Family family)
    {
        using Socket socket = Connected(family);
        socket.Ttl = 1;

        Assert.Equal(SocketError.HostUnreachable, ErrorAfterSending(socket));
    }

    [Theory, InlineData(Family.IPv4), InlineData(Family.IPv6)]
    public void A_sender_is_told_that_nobody_listens(Family family)
    {
        using Socket socket = Connected(family);

        Assert.Equal(SocketError.ConnectionRefused, ErrorAfterSending(socket));
    }

    /// <summary>Larger than the neighbour's interface takes, so that the host's stack would cut it, and put the sum that was left to it before: over the
    /// source, of IPv4, or what is in reach of IPv6 (<see cref="Offload"/>).</summary>
    [Theory, InlineData(Family.IPv4, 26), InlineData(Family.IPv6, 52)]
    public void A_packet_that_is_too_big_takes_no_other_address_on_its_way_to_the_neighbour(Family family, int place)
    {
        const int bytes = 1504;
        int web = _n.Web.Network.Route.GetLink("eth0").Index, begin = family == Family.IPv4 ? Frame.IPv4Length : Frame.IPv6Length;
        byte[] content = RandomNumberGenerator.GetBytes(bytes - begin - 8);
        IPEndPoint from = new(_n.Web.Address(family), 7040), to = new(_n.Db.Address(family), 7041);
        byte[] packet = Frame.Packet(from.Address, to.Address, Frame.UdpProtocol, Frame.Datagram(from, to, content, leaveSumToCard: true));
        using var speaker = new Speaker(_n.Host, _n.Web, withOffload: true);
        using var neighbour = new FrameListener(_n.Db.Network);
        _n.Web.Network.Route.SetMtu(web, bytes);
        try
        {
            speaker.Send(packet, new Offload(begin, place - begin));
            Eventually.Holds(() => _n.Host.Ciliate.Observe("--from", "web").Any(flow => flow is { DestinationPort: 7041, Reason: "checksum misplaced" }), "the drop is told");
            Assert.DoesNotContain(neighbour.Take(), frame => frame.AsSpan().IndexOf(content.AsSpan(0, 16)) >= 0);
        }
        finally
        {
            _n.Web.Network.Route.SetMtu(web, 1500);
        }
    }

    private static void AreAnswered(Container from, IPlace to, Family family, int bytes)
    {
        ProcessResult result = TestProcess.Run(
            from.Network, "ping", "-n", "-c", "3", "-i", "0.05", "-W", "5", "-s", $"{bytes}", to.Address(family).ToString());

        Assert.True(result.ExitCode == 0 && result.Output.Contains(" 0% packet loss", StringComparison.Ordinal), result.Output + result.Errors);
    }

    /// <summary>To a port that nobody has, and told of every error (ip(7), ipv6(7): RECVERR).</summary>
    private Socket Connected(Family family)
    {
        const int SolIp = 0, IpRecvErr = 11, SolIpv6 = 41, Ipv6RecvErr = 25;
        var kind = family == Family.IPv4 ? AddressFamily.InterNetwork : AddressFamily.InterNetworkV6;
        Socket socket = _n.Web.Network.Run(() => new Socket(kind, SocketType.Dgram, ProtocolType.Udp));
        socket.SetRawSocketOption(family == Family.IPv4 ? SolIp : SolIpv6, family == Family.IPv4 ? IpRecvErr : Ipv6RecvErr, [1, 0, 0, 0]);
        socket.ReceiveTimeout = 10_000;
        socket.Connect(_n.Db.Address(family), 9);
        return socket;
    }

    private static SocketError ErrorAfterSending(Socket socket)
    {
        socket.Send([1, 2, 3]);
        return Assert.Throws<SocketException>(() => socket.Receive(new byte[16])).SocketErrorCode;
    }

    /// <summary>Web may speak to db, by policy; nothing is said of errors.</summary>
    public sealed class Neighbours : IDisposable
    {
        public Neighbours()
        {
            Host = new Host();
            (Web, Db) = (Host.Add("web"), Host.Add("db"));
            Host.Apply(PolicyText.Ingress("db", "web") + "\n---\n" + PolicyText.Egress("web", "db"));
        }

        public Host Host { get; }

        public Container Web { get; }

        public Container Db { get; }

        public void Dispose() => Host.Dispose();
    }
}
