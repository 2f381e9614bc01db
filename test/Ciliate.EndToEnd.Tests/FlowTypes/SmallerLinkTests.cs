using Ciliate.EndToEnd.Tests.OneHost;
using Ciliate.EndToEnd.Tests.Policies;
using Ciliate.EndToEnd.Tests.Probes;
using Ciliate.Testing;
using Xunit;

namespace Ciliate.EndToEnd.Tests.FlowTypes;

/// <summary>A container whose interface carries less than its neighbours' do.</summary>
public sealed class SmallerLinkTests(SmallerLinkTests.Neighbours neighbours) : IClassFixture<SmallerLinkTests.Neighbours>
{
    private const int SmallMtu = 1300, Port = 7000;
    private const long Bulk = 16 << 20;

    [Theory, InlineData(Family.IPv4), InlineData(Family.IPv6)]
    public void A_sender_is_told_how_large_packets_may_be(Family family)
    {
        using var probe = new PathMtuProbe(neighbours.Client.Network, neighbours.Small.Address(family), Port);

        probe.Finds(SmallMtu);
    }

    [Theory, InlineData(Family.IPv4), InlineData(Family.IPv6)]
    public void A_sender_that_may_not_speak_is_told_nothing(Family family)
    {
        using var probe = new PathMtuProbe(neighbours.Other.Network, neighbours.Small.Address(family), Port);
        int whole = probe.Mtu;

        Assert.True(probe.TrySend(new byte[SmallMtu]));

        Eventually.Holds(
            () => neighbours.Host.Ciliate.Observe("--verdict", "dropped", "--from", "other").Any(flow =>
                flow.Reason == Expectations.IngressDenied && flow.Json.GetProperty("IP").GetProperty("destination").GetString() == neighbours.Small.Address(family).ToString()),
            "the drop is told");
        Assert.Equal(whole, probe.Mtu);
    }

    [Theory, InlineData(Family.IPv4, false), InlineData(Family.IPv4, true), InlineData(Family.IPv6, false), InlineData(Family.IPv6, true)]
    public void Bulk_arrives_whole(Family family, bool download)
    {
        BulkTransfer sent = BulkTransfer.Run(neighbours.Client, neighbours.Small, family, Bulk, download);

        Assert.Equal((sent.Sent, Bulk), (sent.Received, sent.Bytes));
    }

    [Theory, InlineData(Family.IPv4), InlineData(Family.IPv6)]
    public void Large_datagrams_go_both_ways_in_pieces(Family family)
    {
        using var talk = new DatagramTalk(neighbours.Client.Network, neighbours.Small.Address(family), Port, size: 20_000);

        talk.GoesOn(20);
    }

    /// <summary>The client may speak to the container with the small interface, another may not.</summary>
    public sealed class Neighbours : IDisposable
    {
        private readonly EchoServer _server;

        public Neighbours()
        {
            Host = new Host();
            (Small, Client, Other) = (Host.Add("small"), Host.Add("client"), Host.Add("other"));
            string hostEnd = Host.Ciliate.Json("endpoint", "get", "small").GetProperty("status").GetProperty("networking").GetProperty("interface-name").GetString()!;
            foreach ((TestNamespace end, string name) in new[] { (Small.Network, "eth0"), (Host.Network, hostEnd) })
                end.Route.SetMtu(end.Route.GetLink(name).Index, SmallMtu);
            Host.Apply(PolicyText.Ingress("small", "client"));
            _server = new EchoServer(Small.Network, Port);
        }

        public Host Host { get; }

        public Container Small { get; }

        public Container Client { get; }

        public Container Other { get; }

        public void Dispose()
        {
            _server.Dispose();
            Host.Dispose();
        }
    }
}
