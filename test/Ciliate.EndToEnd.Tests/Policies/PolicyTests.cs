using Ciliate.EndToEnd.Tests.OneHost;
using Ciliate.EndToEnd.Tests.Probes;
using Xunit;
using static Ciliate.EndToEnd.Tests.Probes.Expectations;

namespace Ciliate.EndToEnd.Tests.Policies;

public sealed class PolicyTests : IClassFixture<PolicyHost>
{
    private readonly Host _host;
    private readonly Container _server;
    private readonly Container _client;
    private readonly Container _other;

    public PolicyTests(PolicyHost fixture)
    {
        (_host, _server, _client, _other) = (fixture.Host, fixture.Server, fixture.Client, fixture.Other);
        _host.DeletePolicies();
    }

    public static TheoryData<Family, Transport> Ways { get; } = new MatrixTheoryData<Family, Transport>(
        [Family.IPv4, Family.IPv6], [Transport.Tcp, Transport.Udp]);

    [Theory]
    [MemberData(nameof(Ways))]
    public void Without_a_policy_everything_passes(Family family, Transport transport)
    {
        _host.Passes(_client, _server, 80, family, transport);
        _host.Passes(_server, _client, 81, family, transport);
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public void An_ingress_policy_lets_in_whom_it_names_and_nobody_else(Family family, Transport transport)
    {
        _host.Apply(PolicyText.Ingress("server", "client"));

        _host.Passes(_client, _server, 80, family, transport);
        _host.Drops(_other, _server, 80, family, transport, IngressDenied);
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public void An_ingress_policy_leaves_the_other_direction_and_replies_alone(Family family, Transport transport)
    {
        _host.Apply(PolicyText.Ingress("server", "other"));

        _host.Passes(_server, _client, 80, family, transport);
        _host.Drops(_client, _server, 80, family, transport, IngressDenied);
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public void An_egress_policy_lets_out_to_whom_it_names_and_to_nobody_else(Family family, Transport transport)
    {
        _host.Apply(PolicyText.Egress("other", "server"));

        _host.Passes(_other, _server, 80, family, transport);
        _host.Drops(_other, _client, 80, family, transport, EgressDenied);
        _host.Passes(_client, _server, 80, family, transport);
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public void A_container_under_egress_policy_still_answers_who_asks_it(Family family, Transport transport)
    {
        _host.Apply(PolicyText.Egress("server", "other"));

        _host.Passes(_client, _server, 80, family, transport);
        _host.Drops(_server, _client, 80, family, transport, EgressDenied);
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public void Both_sides_policies_must_agree(Family family, Transport transport)
    {
        _host.Apply(PolicyText.Egress("client", "server") + "\n---\n" + PolicyText.Ingress("server", "other"));
        _host.Drops(_client, _server, 80, family, transport, IngressDenied);

        _host.Apply(PolicyText.Ingress("server", "client"));
        _host.Passes(_client, _server, 80, family, transport);

        _host.Apply(PolicyText.Egress("client", "other"));
        _host.Drops(_client, _server, 80, family, transport, EgressDenied);
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public void A_port_rule_opens_that_port_of_that_protocol(Family family, Transport transport)
    {
        _host.Apply(PolicyText.Ingress("server", "client", $"{{port: \"80\", protocol: {Name(transport)}}}"));

        _host.Passes(_client, _server, 80, family, transport);
        _host.Drops(_client, _server, 81, family, transport, IngressDenied);
        _host.Drops(_client, _server, 80, family, TheOther(transport), IngressDenied);
        _host.Drops(_other, _server, 80, family, transport, IngressDenied);
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public void A_port_range_opens_its_first_and_last_port_and_all_between(Family family, Transport transport)
    {
        _host.Apply(PolicyText.Ingress("server", "client", $"{{port: \"8000\", endPort: 8100, protocol: {Name(transport)}}}"));

        Assert.All([8000, 8050, 8100], port => _host.Passes(_client, _server, port, family, transport));
        Assert.All([81, 8101], port => _host.Drops(_client, _server, port, family, transport, IngressDenied));
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public void A_port_and_a_range_that_begins_with_it_stand_side_by_side(Family family, Transport transport)
    {
        _host.Apply(PolicyText.Ingress(
            "server", "client", $"{{port: \"8000\", endPort: 8063, protocol: {Name(transport)}}}", $"{{port: \"8000\", protocol: {Name(transport)}}}"));

        Assert.All([8000, 8050], port => _host.Passes(_client, _server, port, family, transport));
        _host.Drops(_client, _server, 8100, family, transport, IngressDenied);
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public void A_port_of_any_protocol_opens_it_for_both(Family family, Transport transport)
    {
        _host.Apply(PolicyText.Egress("client", "server", "{port: \"81\", protocol: ANY}"));

        _host.Passes(_client, _server, 81, family, transport);
        _host.Drops(_client, _server, 80, family, transport, EgressDenied);
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public void Expressions_select_by_sets_of_values(Family family, Transport transport)
    {
        _host.Apply(PolicyText.For("server", """
              ingress:
                - fromEndpoints:
                    - matchExpressions:
                        - {key: tier, operator: In, values: [front, edge]}
                        - {key: app, operator: NotIn, values: [other]}
            """));

        _host.Passes(_client, _server, 80, family, transport);
        _host.Drops(_other, _server, 80, family, transport, IngressDenied);
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public void An_empty_rule_closes_and_deleting_the_policy_opens_again(Family family, Transport transport)
    {
        _host.Apply(PolicyText.For("server", "  ingress: [{}]\n  egress: [{}]"));
        _host.Drops(_client, _server, 80, family, transport, IngressDenied);
        _host.Drops(_server, _client, 80, family, transport, EgressDenied);

        _host.DeletePolicies();
        _host.Passes(_client, _server, 80, family, transport);
        _host.Passes(_server, _client, 80, family, transport);
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public void The_host_reaches_its_containers_whatever_the_policy(Family family, Transport transport)
    {
        _host.Apply(PolicyText.Ingress("server", "client"));

        _host.Passes(_host, _server, 80, family, transport);
    }

    private static string Name(Transport transport) => transport == Transport.Tcp ? "TCP" : "UDP";

    private static Transport TheOther(Transport transport) => transport == Transport.Tcp ? Transport.Udp : Transport.Tcp;
}
