using System.Text.Json;
using Ciliate.EndToEnd.Tests.OneHost;
using Ciliate.EndToEnd.Tests.Policies;
using Ciliate.EndToEnd.Tests.Probes;
using Ciliate.Netlink;
using Xunit;

namespace Ciliate.EndToEnd.Tests.Transfers;

/// <summary>Much data, through veth pairs as the kernel makes them: segmentation, receive offload and checksum offload on.</summary>
public sealed class TransferTests : IClassFixture<PolicyHost>
{
    private const long Much = 100 << 20;
    private const long EthernetFrame = 1514;

    private readonly Host _host;
    private readonly Container _server;
    private readonly Container _client;

    public TransferTests(PolicyHost fixture)
    {
        (_host, _server, _client) = (fixture.Host, fixture.Server, fixture.Client);
        _host.DeletePolicies();
        _host.Apply(PolicyText.Ingress("server", "client") + "\n---\n" + PolicyText.Egress("client", "server"));
    }

    [Theory]
    [InlineData(Family.IPv4)]
    [InlineData(Family.IPv6)]
    public void A_hundred_mebibytes_between_containers_arrive_whole_in_packets_larger_than_the_wire(Family family)
    {
        Assert.True(_client.Network.Route.GetFeature("eth0", LinkFeature.TcpSegmentation));
        Assert.True(_client.Network.Route.GetFeature("eth0", LinkFeature.TransmitChecksum));
        (long packets, long bytes) = EgressOf(_client);

        BulkTransfer transfer = BulkTransfer.Run(_client, _server, family, Much);

        Assert.Equal((transfer.Sent, Much), (transfer.Received, transfer.Bytes));
        (long packetsAfter, long bytesAfter) = EgressOf(_client);
        Assert.InRange(bytesAfter - bytes, Much, 2 * Much);
        Assert.True((bytesAfter - bytes) / (packetsAfter - packets) > 2 * EthernetFrame, "the kernel's hooks saw packets that were cut before");
    }

    [Theory]
    [InlineData(Family.IPv4)]
    [InlineData(Family.IPv6)]
    public void From_the_host_to_a_container_data_arrives_whole(Family family)
    {
        BulkTransfer transfer = BulkTransfer.Run(_host, _server, family, Much / 4);

        Assert.Equal((transfer.Sent, Much / 4), (transfer.Received, transfer.Bytes));
    }

    [Theory]
    [InlineData(Family.IPv4)]
    [InlineData(Family.IPv6)]
    public void From_a_container_to_the_host_data_arrives_whole(Family family)
    {
        BulkTransfer transfer = BulkTransfer.Run(_server, _host, family, Much / 4);

        Assert.Equal((transfer.Sent, Much / 4), (transfer.Received, transfer.Bytes));
    }

    private (long Packets, long Bytes) EgressOf(Container container)
    {
        JsonElement traffic = _host.Ciliate.Json("endpoint", "get", container.Name).GetProperty("status").GetProperty("traffic");
        return (traffic.GetProperty("egress-packets").GetInt64(), traffic.GetProperty("egress-bytes").GetInt64());
    }
}
