namespace Ciliate.Policy.Tests.Resolution;

public sealed class ExplanationTests
{
    private const string Yaml = """
        spec:
          endpointSelector: {}
          ingress:
          - fromEndpoints: [{matchLabels: {app: web}}]
          - fromEndpoints: [{matchLabels: {app: web}}]
            toPorts: [{ports: [{port: http, protocol: TCP}]}]
          - fromEndpoints: [{matchLabels: {app: cache}}]
          - fromEntities: [all]
            toPorts: [{ports: [{port: "9000", endPort: 9010}]}]
          - {}
          ingressDeny:
          - fromEntities: [cluster]
            toPorts: [{ports: [{port: "22"}]}]
          - icmps: [{fields: [{type: 13}]}]
        """;

    private static readonly Identity Web = Policies.Identity(256, "app=web");
    private static readonly NamedPort[] OwnPorts = [new("http", IpProtocols.Tcp, 80)];

    [Fact]
    public void Each_rule_that_applies_is_told_with_what_came_of_it_the_nearest_first() =>
        Assert.Equal(
            [
                "p/ingress[1] Decided", "p/ingress[0] Agrees", "p/ingressDeny[0] OtherPort", "p/ingressDeny[1] OtherPort", "p/ingress[3] OtherPort",
                "p/ingress[2] OtherPeer", "p/ingress[4] Empty",
            ],
            Explain(Web, IpProtocols.Tcp, 80));

    [Fact]
    public void A_name_that_the_endpoint_does_not_give_is_another_port() =>
        Assert.Contains("p/ingress[1] OtherPort", Explain(Web, IpProtocols.Tcp, 80, ownPorts: []));

    [Fact]
    public void A_rule_that_denies_overrules_those_that_allow()
    {
        Assert.Equal(["p/ingressDeny[0] Decided", "p/ingress[0] Overruled"], Matching(Web, IpProtocols.Tcp, 22));
        Assert.Equal(["p/ingressDeny[1] Decided", "p/ingress[0] Overruled"], Matching(Web, IpProtocols.Icmp, 13));
    }

    [Fact]
    public void The_option_that_lets_the_host_in_is_told_where_it_matches()
    {
        var host = ReservedIdentities.All[(int)ReservedIdentities.Host - 1];
        Assert.Equal(["host-access Decided"], Matching(host, IpProtocols.Tcp, 80));
        Assert.Equal(["p/ingressDeny[0] Decided", "host-access Overruled"], Matching(host, IpProtocols.Tcp, 22));
    }

    [Fact]
    public void What_no_rule_matches_is_denied_by_none()
    {
        var explained = PolicyEngine.Explain(
            Policies.Read(Yaml), LabelSet.Empty, TrafficDirection.Ingress, Policies.Identity(300, "app=other"), IpProtocols.Tcp, 80);
        Assert.Equal(VerdictReason.DefaultDeny, explained.Verdict.Reason);
        Assert.DoesNotContain(explained.Rules, rule => rule.Outcome is RuleOutcome.Decided or RuleOutcome.Agrees or RuleOutcome.Overruled);
    }

    [Fact]
    public void Names_of_egress_rules_are_the_peers()
    {
        var policies = Policies.Read("spec: {endpointSelector: {}, egress: [{toEndpoints: [{}], toPorts: [{ports: [{port: sql}]}]}]}");
        var peer = Web with { NamedPorts = [new NamedPort("sql", IpProtocols.Tcp, 5432)] };
        var explained = PolicyEngine.Explain(policies, LabelSet.Empty, TrafficDirection.Egress, peer, IpProtocols.Tcp, 5432, namedPorts: OwnPorts);
        Assert.Equal((true, RuleOutcome.Decided), (explained.Verdict.Allowed, Assert.Single(explained.Rules).Outcome));
        explained = PolicyEngine.Explain(policies, LabelSet.Empty, TrafficDirection.Egress, peer, IpProtocols.Tcp, 80, namedPorts: OwnPorts);
        Assert.Equal((false, RuleOutcome.OtherPort), (explained.Verdict.Allowed, Assert.Single(explained.Rules).Outcome));
    }

    [Fact]
    public void A_direction_that_is_not_enforced_has_no_rules()
    {
        var explained = PolicyEngine.Explain(Policies.Read(Yaml), LabelSet.Empty, TrafficDirection.Egress, Web, IpProtocols.Tcp, 80);
        Assert.Equal(VerdictReason.NotEnforced, explained.Verdict.Reason);
        Assert.Empty(explained.Rules);
    }

    private static IEnumerable<string> Matching(Identity peer, byte protocol, ushort port) =>
        Explain(peer, protocol, port).Where(rule => !rule.Contains("Other", StringComparison.Ordinal) && !rule.Contains("Empty", StringComparison.Ordinal));

    private static IEnumerable<string> Explain(Identity peer, byte protocol, ushort port, NamedPort[]? ownPorts = null) =>
        PolicyEngine.Explain(Policies.Read(Yaml), LabelSet.Empty, TrafficDirection.Ingress, peer, protocol, port, null, ownPorts ?? OwnPorts)
            .Rules.Select(rule => $"{rule.Reference} {rule.Outcome}");
}
