using System.Text.Json;
using Ciliate.EndToEnd.Tests.OneHost;
using Ciliate.EndToEnd.Tests.Policies;
using Ciliate.EndToEnd.Tests.Probes;
using Xunit;

namespace Ciliate.EndToEnd.Tests.Interfaces;

/// <summary>What scripts read: names and types that do not change.</summary>
public sealed class JsonOutputTests : IClassFixture<PolicyHost>
{
    private readonly PolicyHost _fixture;

    public JsonOutputTests(PolicyHost fixture)
    {
        _fixture = fixture;
        fixture.Host.Apply(PolicyText.Ingress("server", "client"));
        fixture.Host.Drops(fixture.Other, fixture.Server, 80, Family.IPv4, Transport.Tcp, Expectations.IngressDenied);
        fixture.Host.Passes(fixture.Client, fixture.Server, 80, Family.IPv4, Transport.Tcp);
    }

    private CiliateCommand Ciliate => _fixture.Host.Ciliate;

    [Fact]
    public void Status() => AssertShape(
        """
        ciliate.msg string
        ciliate.since string
        ciliate.state string
        drops[].bytes number
        drops[].direction string
        drops[].packets number
        drops[].reason string
        endpoints.ready number
        endpoints.total number
        endpoints.unsettled number
        events.lost number
        events.seen number
        flow-table.max number
        flow-table.used number
        hook-backend string
        identities number
        ipam.ipv4.capacity number
        ipam.ipv4.gateway string
        ipam.ipv4.range string
        ipam.ipv4.used number
        ipam.ipv6.capacity number
        ipam.ipv6.gateway string
        ipam.ipv6.range string
        ipam.ipv6.used number
        kernel string
        masquerade.ipv4 string
        masquerade.ipv6 string
        masquerade.ports string
        policies.count number
        policies.revision number
        uptime-seconds number
        version string
        """,
        Ciliate.Json("status"));

    [Fact]
    public void Endpoint_list() => AssertShape(
        """
        [].id number
        [].status.external-identifiers.container-name string
        [].status.external-identifiers.netns string
        [].status.identity.id number
        [].status.identity.labels[] string
        [].status.networking.addressing[].ipv4 string
        [].status.networking.addressing[].ipv6 string
        [].status.networking.container-interface-name string
        [].status.networking.host-mac string
        [].status.networking.interface-index number
        [].status.networking.interface-name string
        [].status.networking.mac string
        [].status.policy.generation number
        [].status.policy.policies[] string
        [].status.policy.policy-enabled string
        [].status.policy.policy-revision number
        [].status.state string
        [].status.traffic.drops number
        [].status.traffic.egress-bytes number
        [].status.traffic.egress-packets number
        [].status.traffic.ingress-bytes number
        [].status.traffic.ingress-packets number
        [].status.traffic.judged-again number
        """,
        Ciliate.Json("endpoint", "list"));

    [Fact]
    public void Observe() => AssertShape(
        """
        IP.destination string
        IP.ipVersion string
        IP.source string
        Summary string
        Type string
        destination.ID number
        destination.endpoint_name string
        destination.identity number
        destination.labels[] string
        drop_reason_desc string
        generation number
        id number
        is_reply boolean
        l4.TCP.destination_port number
        l4.TCP.flags.SYN boolean
        l4.TCP.source_port number
        length number
        rule string
        source.ID number
        source.endpoint_name string
        source.identity number
        source.labels[] string
        time string
        traffic_direction string
        verdict string
        """,
        Ciliate.Observe("--verdict", "dropped", "--from", "other", "--port", "80")[^1].Json);

    [Fact]
    public void Status_tells_what_is_there()
    {
        JsonElement status = Ciliate.Json("status");

        Assert.Equal("ok", status.GetProperty("ciliate").GetProperty("state").GetString());
        Assert.Equal((3, 3), (status.GetProperty("endpoints").GetProperty("total").GetInt32(), status.GetProperty("endpoints").GetProperty("ready").GetInt32()));
        Assert.Equal(1, status.GetProperty("policies").GetProperty("count").GetInt32());
        Assert.Contains(status.GetProperty("drops").EnumerateArray(), drop => drop.GetProperty("reason").GetString() == Expectations.IngressDenied);
    }

    [Fact]
    public void The_kernel_s_tables_are_shown()
    {
        Assert.Contains(Ciliate.Json("bpf", "endpoint", "list").EnumerateArray(), row => row.GetProperty("ipv4").GetString() == _fixture.Server.IPv4.ToString());
        Assert.Contains(Ciliate.Json("bpf", "ipcache", "list").EnumerateArray(), row => row.GetProperty("cidr").GetString() == $"{_fixture.Server.IPv6}/128");
        Assert.Contains(Ciliate.Json("bpf", "policy", "list").EnumerateArray(), row => row.GetProperty("endpoint-name").GetString() == "server");
        Assert.Contains(Ciliate.Json("bpf", "flow", "list").EnumerateArray(), row =>
            row.GetProperty("source").GetProperty("endpoint-name").GetString() == "client"
            && row.GetProperty("destination").GetProperty("port").GetInt32() == 80);
    }

    private static void AssertShape(string expected, JsonElement actual) =>
        Assert.Equal(expected.ReplaceLineEndings("\n").Split('\n'), JsonShape.Of(actual));
}
