using System.Net.Sockets;
using System.Security.Cryptography;
using Ciliate.EndToEnd.Tests.Frames;
using Ciliate.EndToEnd.Tests.OneHost;
using Ciliate.EndToEnd.Tests.Probes;
using Ciliate.Testing;
using Xunit;

namespace Ciliate.EndToEnd.Tests.FlowTypes;

/// <summary>What the kernel's own sockets send while it segments, coalesces and leaves checksums to the card; allowed and denied.</summary>
public sealed class SocketTests(Talkers talkers) : IClassFixture<Talkers>
{
    private const long Bulk = 64 << 20;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    [Theory, InlineData(Family.IPv4, false), InlineData(Family.IPv4, true), InlineData(Family.IPv6, false), InlineData(Family.IPv6, true)]
    public void Bulk_by_tcp_arrives_whole(Family family, bool download)
    {
        BulkTransfer sent = BulkTransfer.Run(talkers.Client, talkers.Server, family, Bulk, download, Talkers.BulkPort);

        Assert.Equal((sent.Sent, Bulk), (sent.Received, sent.Bytes));
        talkers.Host.Drops(talkers.Other, talkers.Server, Talkers.BulkPort, family, Transport.Tcp, Expectations.IngressDenied);
    }

    [Theory, InlineData(Family.IPv4), InlineData(Family.IPv6)]
    public void Datagrams_that_the_kernel_is_to_cut_arrive_one_by_one(Family family)
    {
        const int size = 1000, count = 20;
        using Socket socket = Connected(talkers.Client, family, size);
        byte[] sent = RandomNumberGenerator.GetBytes(size * count), received = new byte[sent.Length];

        socket.Send(sent);
        for (int i = 0; i < count; i++)
            Assert.Equal(size, socket.Receive(received.AsSpan(i * size)));

        Assert.Equal(sent, received);
    }

    [Theory, InlineData(Family.IPv4), InlineData(Family.IPv6)]
    public void Datagrams_that_the_kernel_is_to_cut_are_dropped_before_it_does(Family family)
    {
        using Socket socket = Connected(talkers.Other, family, segment: 1000);
        int before = talkers.DropsOf(talkers.Other).Count;

        socket.Send(new byte[20_000]);

        talkers.DropsFor(talkers.Other, before, Expectations.IngressDenied);
    }

    [Theory, InlineData(Family.IPv4), InlineData(Family.IPv6)]
    public void A_datagram_larger_than_the_link_passes_in_pieces(Family family)
    {
        using var talk = new DatagramTalk(talkers.Client.Network, talkers.Server.Address(family), Talkers.Port, size: 20_000);

        talk.GoesOn(20);

        Assert.Equal(0, talk.Lost);
    }

    [Theory, InlineData(Family.IPv4), InlineData(Family.IPv6)]
    public void All_pieces_of_a_datagram_that_is_denied_are_dropped(Family family)
    {
        using Socket socket = Connected(talkers.Other, family);
        using var listener = new FrameListener(talkers.Server.Network);
        int before = talkers.DropsOf(talkers.Other).Count;

        socket.Send(new byte[4000]);

        talkers.DropsFor(talkers.Other, before, Expectations.IngressDenied, "fragment unknown", "fragment unknown");
        Assert.DoesNotContain(listener.Take(), frame => frame.Length > 1000);
    }

    [Theory, InlineData(Family.IPv4), InlineData(Family.IPv6)]
    public void Pings_pass_and_are_dropped_by_their_type(Family family)
    {
        Expectations.Pings(talkers.Client, talkers.Server.Address(family));
        int before = talkers.DropsOf(talkers.Other).Count;

        ProcessResult ping = TestProcess.Run(talkers.Other.Network, "ping", "-n", "-c", "1", "-W", "1", talkers.Server.Address(family).ToString());

        Assert.Equal(1, ping.ExitCode);
        talkers.DropsFor(talkers.Other, before, Expectations.IngressDenied);
    }

    [Theory, InlineData(Family.IPv4), InlineData(Family.IPv6)]
    public void Policy_decides_before_anybody_is_told_that_the_hops_are_used_up(Family family)
    {
        using Socket socket = Connected(talkers.Other, family);
        socket.Ttl = 1;
        int before = talkers.DropsOf(talkers.Other).Count;

        socket.Send([1, 2, 3]);

        talkers.DropsFor(talkers.Other, before, Expectations.IngressDenied);
        Assert.False(socket.Poll(TimeSpan.Zero, SelectMode.SelectRead), "an error came back");
    }

    /// <summary>By UDP.</summary>
    /// <param name="segment">Bytes of the datagrams that the kernel is to cut what is sent into (udp(7), UDP_SEGMENT); 0: as it is.</param>
    private Socket Connected(Container from, Family family, int segment = 0)
    {
        const int solUdp = 17, udpSegment = 103;
        Socket socket = from.Network.Run(() => new Socket(from.Address(family).AddressFamily, SocketType.Dgram, ProtocolType.Udp));
        socket.ReceiveTimeout = (int)Patience.TotalMilliseconds;
        socket.Connect(talkers.Server.Address(family), Talkers.Port);
        if (segment > 0)
            socket.SetRawSocketOption(solUdp, udpSegment, BitConverter.GetBytes(segment));
        return socket;
    }
}
