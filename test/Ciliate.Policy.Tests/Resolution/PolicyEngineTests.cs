namespace Ciliate.Policy.Tests.Resolution;

public sealed class PolicyEngineTests
{
    private static readonly Identity Web = Policies.Identity(256, "app=web");
    private static readonly Identity Cache = Policies.Identity(257, "app=cache");

    private static readonly ResolveOptions NoHost = new() { AllowHostIngress = false };

    [Fact]
    public void Without_a_policy_nothing_is_enforced_and_the_tables_are_empty()
    {
        var tables = PolicyEngine.Resolve([], Web.Labels, [Web, Cache]);
        Assert.False(tables.Ingress.Enforced);
        Assert.False(tables.Egress.Enforced);
        Assert.Empty(tables.Ingress.Entries);
        Assert.Empty(tables.Egress.Entries);
    }

    [Fact]
    public void Entries_name_peer_protocol_port_and_rule()
    {
        var entries = Ingress("""
            spec:
              endpointSelector: {}
              ingress:
              - fromEndpoints: [{matchLabels: {app: web}}]
                toPorts: [{ports: [{port: "80", protocol: TCP}]}]
              - toPorts: [{ports: [{port: "53"}]}]
            """);
        Assert.Equal(
            ["0 6 53/16 p/ingress[1]", "0 17 53/16 p/ingress[1]", "0 132 53/16 p/ingress[1]", "1 0 0/0 host-access", "256 6 80/16 p/ingress[0]"],
            entries.Select(Text));
    }

    [Fact]
    public void Host_access_is_an_option_and_for_ingress_only()
    {
        var policies = Policies.Read("spec: {endpointSelector: {}, ingress: [{}], egress: [{}]}");
        var with = PolicyEngine.Resolve(policies, Web.Labels, []);
        Assert.Equal("1 0 0/0 host-access", Text(Assert.Single(with.Ingress.Entries)));
        Assert.Empty(with.Egress.Entries);
        Assert.Empty(PolicyEngine.Resolve(policies, Web.Labels, [], NoHost).Ingress.Entries);
    }

    [Fact]
    public void A_written_rule_for_the_host_is_named_rather_than_the_option()
    {
        var entries = Ingress("spec: {endpointSelector: {}, ingress: [{fromEndpoints: [{matchLabels: {'reserved:host': ''}}]}]}");
        Assert.Equal("1 0 0/0 p/ingress[0]", Text(Assert.Single(entries)));
    }

    [Fact]
    public void Of_rules_that_ask_for_the_same_entry_the_first_by_name_is_named()
    {
        string[] documents =
        [
            Policies.WithHead("specs: [{endpointSelector: {}, ingress: [{fromEndpoints: [{}]}, {fromEndpoints: [{matchLabels: {app: web}}]}]}]", "b"),
            Policies.WithHead("spec: {endpointSelector: {}, ingress: [{}, {fromEndpoints: [{matchLabels: {app: web}}]}]}", "a"),
            Policies.WithHead("spec: {endpointSelector: {}, ingress: [{fromEndpoints: [{}]}]}", "a", "z"),
        ];
        foreach (string[] order in new[] { documents, [.. documents.Reverse()] })
        {
            var policies = PolicyReader.Read(string.Join("\n---\n", order), "f");
            var tables = PolicyEngine.Resolve(policies, Policies.Labels("k8s:io.kubernetes.pod.namespace=z"), [Web, Cache], NoHost);
            Assert.Equal(["256 0 0/0 a/ingress[1]", "257 0 0/0 b/specs[0].ingress[0]"], tables.Ingress.Entries.Select(Text));
            Assert.Equal(
                ["a/ingress[0]", "a/ingress[1]", "b/specs[0].ingress[0]", "b/specs[0].ingress[1]", "z/a/ingress[0]"],
                tables.Ingress.Candidates.Select(candidate => candidate.Reference.ToString()));
        }
    }

    [Fact]
    public void A_range_of_ports_becomes_prefixes()
    {
        var entries = Ingress("spec: {endpointSelector: {}, ingress: [{toPorts: [{ports: [{port: '8001', endPort: 8004, protocol: UDP}]}]}]}", NoHost);
        Assert.Equal(["0 17 8001/16", "0 17 8002/15", "0 17 8004/16"], entries.Select(entry => Text(entry).Split(" p")[0]));
    }

    [Fact]
    public void Policies_add_up_over_documents_and_specs()
    {
        var tables = PolicyEngine.Resolve(
            PolicyReader.Read(
                Policies.WithHead("spec: {endpointSelector: {}, ingress: [{}]}", "a") + "\n---\n"
                + Policies.WithHead("specs: [{endpointSelector: {matchLabels: {app: no}}, ingress: [{fromEndpoints: [{}]}]}, "
                    + "{endpointSelector: {}, ingress: [{fromEndpoints: [{matchLabels: {app: cache}}]}]}]", "b"),
                "f"),
            Web.Labels, [Web, Cache], NoHost);
        Assert.Equal("257 0 0/0 b/specs[1].ingress[0]", Text(Assert.Single(tables.Ingress.Entries)));
    }

    [Fact]
    public void Deny_beats_allow_and_then_the_more_specific_entry_decides()
    {
        VerdictEntry[] weakestFirst =
        [
            Entry(deny: false, 0, 0, 0, 0, 0),
            Entry(deny: false, 0, 6, 0, 0, 1),
            Entry(deny: false, 0, 6, 80, 12, 2),
            Entry(deny: false, 0, 6, 80, 16, 3),
            Entry(deny: false, 256, 0, 0, 0, 4),
            Entry(deny: false, 256, 6, 0, 0, 5),
            Entry(deny: false, 256, 6, 80, 16, 6),
            Entry(deny: true, 0, 0, 0, 0, 7),
            Entry(deny: true, 256, 6, 80, 16, 8),
        ];
        for (int count = 1; count <= weakestFirst.Length; count++)
        {
            var entries = weakestFirst[..count];
            var verdict = VerdictTable.Evaluate(new DirectionPolicy(true, entries, []), 256, IpProtocols.Tcp, 80);
            Assert.Equal(entries[^1], verdict.Entry);
            Assert.Equal(!entries[^1].Deny, verdict.Allowed);
        }
    }

    [Fact]
    public void Ten_thousand_identities_under_a_thousand_policies_are_resolved_to_what_each_rule_selects()
    {
        const int Groups = 1_000;
        var identities = new IdentitySet(Enumerable.Range(0, 10 * Groups)
            .Select(i => Policies.Identity((uint)(256 + i), $"app=a{i % Groups},n={i}")));
        var set = PolicySet.Create(Enumerable.Range(0, Groups).Select(i => PolicyReader.Read(
            Policies.WithHead($$$"""
                spec:
                  endpointSelector: {matchLabels: {app: a{{{i % 2}}}}}
                  ingress:
                  - fromEndpoints: [{matchLabels: {app: a{{{i}}}}}]
                    toPorts: [{ports: [{port: "{{{i + 1}}}", protocol: TCP}]}]
                  - fromEndpoints: [{}]
                    toPorts: [{ports: [{port: "7", protocol: TCP}]}]
                """, $"p{i}"), "f")[0]), 1);
        var tables = PolicyEngine.Resolve(set, Policies.Labels("app=a1"), identities, NoHost);
        // Half of the policies select the endpoint; each opens its own, even port to ten identities, and all open port 7 to everyone.
        Assert.Equal(10 * Groups / 2, tables.Ingress.Entries.Count(entry => entry.Port != 7));
        Assert.Equal(10 * Groups, tables.Ingress.Entries.Count(entry => entry.Port == 7));
        Assert.False(tables.Egress.Enforced);
    }

    private static IReadOnlyList<VerdictEntry> Ingress(string yaml, ResolveOptions? options = null) =>
        PolicyEngine.Resolve(Policies.Read(yaml), Web.Labels, [Web, Cache], options).Ingress.Entries;

    private static VerdictEntry Entry(bool deny, uint peer, byte protocol, ushort port, byte length, int rule) =>
        new(peer, protocol, port, length, deny, Precedences.Of(deny, peer, protocol, length), new RuleReference("p", TrafficDirection.Ingress, 0, rule));

    private static string Text(VerdictEntry entry) =>
        $"{entry.Peer} {entry.Protocol} {entry.Port}/{entry.PortPrefixLength} {entry.Rule}";
}
