using System.Net;
using Ciliate.Agent.Endpoints;
using Ciliate.Agent.Policies;
using Ciliate.Agent.State;
using Ciliate.Agent.Tests.Fakes;
using Ciliate.Netlink;
using Ciliate.Policy;
using Xunit;

namespace Ciliate.Agent.Tests.Policies;

/// <summary>Of what the datapath drops before it asks policies, the explanation says so.</summary>
public sealed class ExplainTests : IDisposable
{
    /// <summary>RT_TABLE_LOCAL.</summary>
    private const uint LocalTable = 255;

    private readonly TestAgent _agent = new();

    public ExplainTests()
    {
        _agent.Add("web", "app=web");
        _agent.Add("twin", "app=web");
        _agent.Add("db", "app=db");
    }

    public void Dispose() => _agent.Dispose();

    [Theory]
    [InlineData("web", "127.0.0.1", "invalid address")]
    [InlineData("web", "0.0.0.0", "invalid address")]
    [InlineData("web", "::1", "invalid address")]
    [InlineData("web", "::", "invalid address")]
    [InlineData("web", "240.0.0.1", "invalid address")]
    [InlineData("web", "224.0.0.1", "multicast")]
    [InlineData("web", "ff02::1", "multicast")]
    [InlineData("web", "255.255.255.255", "broadcast")]
    [InlineData("web", "10.101.0.255", "broadcast")]
    [InlineData("224.0.0.1", "web", "invalid address")]
    [InlineData("::1", "web", "invalid address")]
    [InlineData("web", "web", "same endpoint")]
    [InlineData("web", "10.101.0.2", "same endpoint")]
    [InlineData("app=db", "db", "same endpoint")]
    [InlineData("app=web", "app=web", null)]
    [InlineData("web", "app=web", null)]
    [InlineData("web", "db", null)]
    [InlineData("web", "10.101.0.1", null)]
    [InlineData("web", "198.51.100.1", null)]
    [InlineData("2001:db8::1", "web", null)]
    public void What_never_passes_is_denied_whatever_the_policies_say(string from, string to, string? reason)
    {
        ExplainedPacket packet = Explain(from, to);

        Assert.Equal((reason, reason is null), (packet.DropReason, packet.Allowed));
    }

    [Theory]
    [InlineData("10.101.0.1", IpProtocols.Icmp, 8, true)]
    [InlineData("fd00:101::1", IpProtocols.IcmpV6, 128, true)]
    [InlineData("10.101.0.1", IpProtocols.Icmp, 13, false)]
    [InlineData("10.101.0.1", IpProtocols.Tcp, 8, false)]
    [InlineData("10.101.0.4", IpProtocols.Icmp, 8, false)]
    [InlineData("198.51.100.1", IpProtocols.Icmp, 8, false)]
    public void An_echo_to_the_gateway_is_answered_whatever_the_policies_say(string to, byte protocol, ushort port, bool answered)
    {
        _agent.Apply("""
            apiVersion: cilium.io/v2
            kind: CiliumNetworkPolicy
            metadata: {name: closed}
            spec:
              endpointSelector: {}
              egress: [{}]
            """);

        ExplainedPacket packet = _agent.Services.Explainer.Explain(
            _agent.Services.Peers.Find("web"), _agent.Services.Peers.Find(to), new PacketKind(protocol, port));

        Assert.Equal((answered, answered, answered), (packet.IsAnsweredByGateway, packet.Allowed, packet.Egress is null));
    }

    /// <summary>Older versions took such names.</summary>
    [Fact]
    public void An_endpoint_that_is_called_as_a_reserved_identity_lives_on_and_is_found_by_name()
    {
        Endpoint db = _agent.Services.Endpoints.Endpoints.Rows.Single(endpoint => endpoint.Name == "db");
        new StateStore(_agent.Configuration.StateDirectory).WriteEndpoint(db.ToStored() with { Name = "host" });
        _agent.Restart();
        PeerFinder peers = _agent.Services.Peers;

        Assert.Equal(("host", EndpointState.Ready), (_agent.Services.Endpoints.Endpoints.Find(db.Id)!.Name, _agent.Services.Endpoints.Endpoints.Find(db.Id)!.State));
        Assert.Equal((null, db.Id), (peers.Find("host").Endpoint, peers.Find("name:host").Endpoint!.Id));
    }

    [Fact]
    public void A_family_that_an_endpoint_does_not_have_never_passes()
    {
        using var agent = new TestAgent("--ipv6-range", "none");
        agent.Add("web", "app=web");

        Assert.Equal("unsupported family", Explain(agent, "web", "2001:db8::1").DropReason);
        Assert.Null(Explain(agent, "web", "198.51.100.1").DropReason);
    }

    [Theory]
    [InlineData("198.51.100.1", "fd00:101::2", "198.51.100.1 and fd00:101::2 are of two families, which no packet has; give two of one")]
    [InlineData("10.101.0.2", "2001:db8::1", "10.101.0.2 and 2001:db8::1 are of two families, which no packet has; give two of one")]
    public void Addresses_of_two_families_are_no_packet(string from, string to, string message) =>
        Assert.Equal(message, Assert.Throws<AgentException>(() => Explain(from, to)).Message);

    [Theory]
    [InlineData("192.0.2.255", "host")]
    [InlineData("203.0.113.77", "host")]
    [InlineData("2001:db8:77::5", "host")]
    [InlineData("fe80::1", "host")]
    [InlineData("192.0.2.7", "world")]
    [InlineData("198.51.100.1", "world")]
    public void What_the_routes_keep_on_the_host_is_the_host(string address, string identity)
    {
        Link link = _agent.Host.Route.CreateBridge("lan0");
        _agent.Host.Route.SetUp(link.Index);
        _agent.Host.Route.AddAddress(link.Index, IPAddress.Parse("192.0.2.1"), 24);
        foreach (string local in new[] { "203.0.113.0/24", "2001:db8:77::/64" })
        {
            _agent.Host.Route.AddRoute(new RouteSpec(IPNetwork.Parse(local))
            {
                Type = RouteType.Local,
                LinkIndex = _agent.Host.Route.GetLink("lo").Index,
                Table = LocalTable,
            });
        }

        Assert.Equal(identity, ReservedIdentities.NameOf(_agent.Services.Peers.Find(address).Identity.Number));
    }

    private ExplainedPacket Explain(string from, string to) => Explain(_agent, from, to);

    private static ExplainedPacket Explain(TestAgent agent, string from, string to) =>
        agent.Services.Explainer.Explain(agent.Services.Peers.Find(from), agent.Services.Peers.Find(to), new PacketKind(IpProtocols.Tcp, 80));
}
