using Ciliate.EndToEnd.Tests.OneHost;
using Ciliate.EndToEnd.Tests.Probes;
using Ciliate.Testing;
using Xunit;

namespace Ciliate.EndToEnd.Tests.Policies;

/// <summary>Echo requests have no ports: a rule without ports carries them, a rule with ports does not.</summary>
public sealed class PingPolicyTests : IClassFixture<PolicyHost>
{
    private readonly PolicyHost _fixture;

    public PingPolicyTests(PolicyHost fixture)
    {
        _fixture = fixture;
        fixture.Host.DeletePolicies();
    }

    [Theory]
    [InlineData(Family.IPv4)]
    [InlineData(Family.IPv6)]
    public void A_rule_for_all_ports_lets_pings_pass(Family family)
    {
        _fixture.Host.Apply(PolicyText.Ingress("server", "client"));

        Expectations.Pings(_fixture.Client, _fixture.Server.Address(family));
    }

    [Theory]
    [InlineData(Family.IPv4)]
    [InlineData(Family.IPv6)]
    public void A_rule_for_one_port_does_not(Family family)
    {
        _fixture.Host.Apply(PolicyText.Ingress("server", "client", "{port: \"80\", protocol: TCP}"));
        string server = _fixture.Server.Address(family).ToString();

        ProcessResult ping = TestProcess.Run(_fixture.Client.Network, "ping", "-n", "-c", "1", "-W", "1", server);

        Assert.Equal(1, ping.ExitCode);
        Eventually.Holds(
            () => _fixture.Host.Ciliate.Observe("--verdict", "dropped", "--to", "server").Any(flow =>
                flow.Reason == Expectations.IngressDenied && flow.Json.GetProperty("IP").GetProperty("destination").GetString() == server
                && flow.Json.GetProperty("l4").TryGetProperty(family == Family.IPv4 ? "ICMPv4" : "ICMPv6", out _)),
            "the drop of the echo request is told");
    }

    [Theory]
    [InlineData(Family.IPv4)]
    [InlineData(Family.IPv6)]
    public void The_gateway_answers_a_container_that_may_talk_to_nobody(Family family)
    {
        _fixture.Host.Apply(PolicyText.For("client", "  ingress: [{}]\n  egress: [{}]"));

        Expectations.Pings(_fixture.Client, _fixture.Host.Address(family));
    }
}
