using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text.Json;
using Ciliate.EndToEnd.Tests.OneHost;
using Ciliate.EndToEnd.Tests.Probes;
using Ciliate.Testing;
using Xunit;
using static Ciliate.EndToEnd.Tests.Probes.Expectations;

namespace Ciliate.EndToEnd.Tests.Outside;

/// <summary>What containers send outside, by real sockets and with all offloads on.</summary>
public sealed class OutsideTests(World world) : IClassFixture<World>
{
    private const long Bulk = 64 << 20;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    [Theory, InlineData(Family.IPv4), InlineData(Family.IPv6)]
    public void A_container_goes_outside_under_the_uplinks_address(Family family)
    {
        using var tcp = new Conversation(world.Web.Network, world.Router.Address(family), World.Port, Transport.Tcp);
        using var udp = new Conversation(world.Web.Network, world.Router.Address(family), World.Port, Transport.Udp);
        Assert.True(tcp.IsAnswered(Patience), world.Host.Agent.Log);
        Assert.True(udp.IsAnswered(Patience), world.Host.Agent.Log);
        Pings(world.Web, world.Router.Address(family));

        string uplink = World.Uplink(family).ToString();
        JsonElement[] rows = [.. world.Host.Ciliate.Json("bpf", "nat", "list").EnumerateArray()
            .Where(row => row.GetProperty("remote").GetProperty("address").GetString() == world.Router.Address(family).ToString())];
        Assert.All(rows, row => Assert.Equal(uplink, row.GetProperty("local").GetProperty("address").GetString()));
        Assert.Contains(rows, row => row.GetProperty("protocol").GetInt32() == 6
            && row.GetProperty("container").GetProperty("port").GetInt32() == tcp.SourcePort
            && row.GetProperty("endpoint-name").GetString() == "web" && row.GetProperty("interface").GetString() == World.UplinkName);
        Assert.Contains(world.Host.Ciliate.Do("bpf", "nat", "list").Split('\n'), line =>
            line.Contains($"{tcp.SourcePort}", StringComparison.Ordinal) && line.Contains(uplink, StringComparison.Ordinal)
            && line.Contains("web", StringComparison.Ordinal) && line.Contains(World.UplinkName, StringComparison.Ordinal));
        Assert.Contains($"{World.UplinkName}, 198.51.100.2, 2001:db8:51::2", world.Host.Ciliate.Do("status"), StringComparison.Ordinal);
        Assert.Equal([uplink], PeersSeenBy(world.Router.Network));
    }

    [Theory, InlineData(Family.IPv4, false), InlineData(Family.IPv4, true), InlineData(Family.IPv6, false), InlineData(Family.IPv6, true)]
    public void Bulk_arrives_whole_in_both_directions(Family family, bool download)
    {
        BulkTransfer sent = BulkTransfer.Run(world.Web, world.Router, family, Bulk, download);

        Assert.Equal((sent.Sent, Bulk), (sent.Received, sent.Bytes));
    }

    [Theory, InlineData(Family.IPv4), InlineData(Family.IPv6)]
    public void Large_datagrams_and_pings_go_both_ways_in_pieces(Family family)
    {
        foreach (Outsider to in new[] { world.Router, world.Server })
        {
            // The first packets to the server tell both ends how narrow the way is.
            Eventually.Holds(() => IsAnsweredInPieces(to.Address(family)), $"large pings to {to} over {family} are answered", Patience);
            using var talk = new DatagramTalk(world.Web.Network, to.Address(family), World.Port, size: 20_000);
            talk.GoesOn(20);
        }
    }

    [Theory, InlineData(Family.IPv4), InlineData(Family.IPv6)]
    public void Datagrams_that_the_kernel_cuts_on_their_way_arrive_one_by_one(Family family)
    {
        const int solUdp = 17, udpSegment = 103; // udp(7)
        const int size = 1000, count = 20;
        IPAddress address = world.Router.Address(family);
        using Socket socket = world.Web.Network.Run(() => new Socket(address.AddressFamily, SocketType.Dgram, ProtocolType.Udp));
        socket.ReceiveTimeout = (int)Patience.TotalMilliseconds;
        socket.Connect(address, World.Port);
        socket.SetRawSocketOption(solUdp, udpSegment, BitConverter.GetBytes(size));
        byte[] sent = RandomNumberGenerator.GetBytes(size * count), received = new byte[sent.Length];

        socket.Send(sent);
        for (int i = 0; i < count; i++)
            Assert.Equal(size, socket.Receive(received.AsSpan(i * size)));

        Assert.Equal(sent, received);
    }

    [Theory, InlineData(Family.IPv4), InlineData(Family.IPv6)]
    public void Host_and_container_speak_to_each_other_as_before(Family family)
    {
        const int port = 7001;
        using var inHost = new EchoServer(world.Host.Network, port);
        using var inContainer = new EchoServer(world.Web.Network, port);

        foreach (Transport transport in Enum.GetValues<Transport>())
        {
            world.Host.Passes(world.Web, world.Host, port, family, transport);
            world.Host.Passes(world.Host, world.Web, port, family, transport);
        }

        using var toUplink = new Conversation(world.Web.Network, World.Uplink(family), port, Transport.Tcp);
        Assert.True(toUplink.IsAnswered(Patience));
    }

    private bool IsAnsweredInPieces(IPAddress address)
    {
        ProcessResult ping = TestProcess.Run(world.Web.Network, "ping", "-n", "-c", "3", "-i", "0.05", "-W", "2", "-s", "3000", address.ToString());
        return ping.ExitCode == 0 && ping.Output.Contains(" 0% packet loss", StringComparison.Ordinal);
    }

    /// <summary>Addresses that TCP connections come from, by ss(8).</summary>
    private static string[] PeersSeenBy(TestNamespace outside) =>
    [
        .. TestProcess.Run(outside, "ss", "-Hnt", "state", "established", "sport", "=", $":{World.Port}").Output
            .Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[3])
            .Select(peer => peer[..peer.LastIndexOf(':')].Trim('[', ']').Replace("::ffff:", "", StringComparison.Ordinal))
            .Distinct(),
    ];
}
