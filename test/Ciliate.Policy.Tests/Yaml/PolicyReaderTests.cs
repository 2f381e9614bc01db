namespace Ciliate.Policy.Tests.Yaml;

public sealed class PolicyReaderTests
{
    private const string TwoDocuments = """
        # The web servers
        apiVersion: cilium.io/v2
        kind: CiliumNetworkPolicy
        metadata: {name: web}   # a comment with --- in it
        spec:
          endpointSelector: {matchLabels: {app: web}}
          description: wéb
        ---
        # The database: "größer"
        apiVersion: cilium.io/v2
        kind: CiliumNetworkPolicy
        metadata: {name: db, namespace: shop}
        spec:
          endpointSelector: {}
        ...
        """;

    [Fact]
    public void Everything_that_a_policy_can_say_is_kept()
    {
        var policy = Assert.Single(PolicyReader.Read(
            """
            apiVersion: cilium.io/v2
            kind: CiliumNetworkPolicy
            metadata:
              name: web.v1
              namespace: shop
              labels: {team: a, "example.org/x": "1"}
              annotations: {note: "any text at all, with: signs"}
            spec:
              description: front
              endpointSelector: {matchLabels: {app: web}}
              ingress:
              - fromEndpoints: [{matchLabels: {"k8s:app": lb}}]
                toPorts: [{ports: [{port: "80", protocol: TCP}, {port: 8000, endPort: 8010}]}, {ports: [{port: "0", protocol: udp}]}]
            specs:
            - endpointSelector: {}
              egress: [{}]
            """, "f"));
        Assert.Equal("shop/web.v1", policy.Key.ToString());
        Assert.Equal(("a", "1"), (policy.Labels["team"], policy.Labels["example.org/x"]));
        Assert.Equal("any text at all, with: signs", policy.Annotations["note"]);
        Assert.Equal([RuleReference.SingleSpec, 0], policy.Specs.Select(spec => spec.Index));
        Assert.Equal("front", policy.Specs[0].Description);
        Assert.Equal("any:app=web, k8s:io.kubernetes.pod.namespace=shop", policy.Specs[0].EndpointSelector.ToString());
        var rule = Assert.Single(policy.Specs[0].Ingress.Allow);
        Assert.Equal("k8s:app=lb, k8s:io.kubernetes.pod.namespace=shop", Assert.Single(rule.Peers!).ToString());
        Assert.Equal([new PortMatch(6, 80, 80), new PortMatch(0, 8000, 8010), new PortMatch(17, 0, 65535)], rule.Ports!);
        Assert.True(policy.Specs[0].Egress.IsSilent);
        Assert.Equal(new PolicyRule(null, null), Assert.Single(policy.Specs[1].Egress.Allow));
    }

    [Fact]
    public void Absent_and_empty_lists_stay_apart()
    {
        var rules = Policies.Read("""
            spec:
              endpointSelector: {}
              ingress:
              - {}
              - fromEndpoints: []
              - toPorts: []
              - toPorts: [{}]
              - toPorts: [{ports: []}]
            """)[0].Specs[0].Ingress.Allow;
        Assert.Equal([null, 0, null, null, null], rules.Select(rule => rule.Peers?.Count));
        Assert.Equal([null, null, null, 0, 0], rules.Select(rule => rule.Ports?.Count));
    }

    [Fact]
    public void Json_is_yaml()
    {
        var policy = Assert.Single(PolicyReader.Read(
            """{"apiVersion": "cilium.io/v2", "kind": "CiliumNetworkPolicy", "metadata": {"name": "j"}, "spec": {"endpointSelector": {}}}""", "f"));
        Assert.Equal("j", policy.Name);
        Assert.Null(policy.Namespace);
    }

    [Theory]
    [InlineData("\n", "")]
    [InlineData("\r\n", "")]
    [InlineData("\n", "\ufeff")]
    [InlineData("\n", "---\n")]
    [InlineData("\n", "%YAML 1.2\n---\n")]
    [InlineData("\n", "\n\n---\n# nothing\n---\n")]
    public void The_source_of_each_document_reads_back_as_the_same_policy(string lineEnd, string before)
    {
        string text = before + TwoDocuments.ReplaceLineEndings(lineEnd);
        var policies = PolicyReader.Read(text, "f");
        Assert.Equal(["web", "shop/db"], policies.Select(policy => policy.Key.ToString()));
        foreach (var policy in policies)
        {
            var again = Assert.Single(PolicyReader.Read(policy.SourceYaml, "again"));
            Assert.Equal(policy.Key, again.Key);
            Assert.Equal(policy.SourceYaml, again.SourceYaml);
            Assert.Equal(policy.Specs[0].EndpointSelector, again.Specs[0].EndpointSelector);
        }
        Assert.Contains("größer", policies[1].SourceYaml, StringComparison.Ordinal);
        Assert.DoesNotContain("wéb", policies[1].SourceYaml, StringComparison.Ordinal);
    }

    [Fact]
    public void Comments_before_the_first_line_belong_to_the_first_document() =>
        Assert.StartsWith("# The web servers\n", PolicyReader.Read(TwoDocuments.ReplaceLineEndings("\n"), "f")[0].SourceYaml, StringComparison.Ordinal);

    [Fact]
    public void A_reader_gives_what_its_text_gives() =>
        Assert.Equal(2, PolicyReader.Read(new StringReader(TwoDocuments), "f").Count);

    [Fact]
    public void A_value_without_quotes_is_its_text() =>
        Assert.Equal(
            "any:on=yes, any:version=1.10",
            Policies.Read("spec: {endpointSelector: {matchLabels: {version: 1.10, on: yes}}}")[0].Specs[0].EndpointSelector.ToString());

    [Theory]
    [InlineData("0x50", 80, null)]
    [InlineData("0o120", 80, null)]
    [InlineData("'0x50'", 0, "0x50")]
    [InlineData("\"1e3\"", 0, "1e3")]
    [InlineData("80a", 0, "80a")]
    [InlineData("0xg", 0, "0xg")]
    public void A_port_without_quotes_that_yaml_takes_for_a_number_is_that_number(string port, ushort number, string? name)
    {
        string cilium = $"spec: {{endpointSelector: {{}}, ingress: [{{toPorts: [{{ports: [{{port: {port}, protocol: TCP}}]}}]}}]}}";
        string kubernetes = $"apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {{name: p}}\nspec: {{podSelector: {{}}, ingress: [{{ports: [{{port: {port}}}]}}]}}";

        PortMatch expected = new(IpProtocols.Tcp, number, number, name);
        Assert.Equal(expected, Assert.Single(Policies.Read(cilium)[0].Specs[0].Ingress.Allow[0].Ports!));
        Assert.Equal(expected, Assert.Single(PolicyReader.Read(kubernetes, "f")[0].Specs[0].Ingress.Allow[0].Ports!));
    }

    [Theory]
    [InlineData("{}", "k8s:io.kubernetes.pod.namespace=shop")]
    [InlineData("{matchLabels: {app: a}}", "any:app=a, k8s:io.kubernetes.pod.namespace=shop")]
    [InlineData("{matchLabels: {'k8s:io.kubernetes.pod.namespace': b}}", "k8s:io.kubernetes.pod.namespace=b")]
    [InlineData("{matchLabels: {io.kubernetes.pod.namespace: b}}", "any:io.kubernetes.pod.namespace=b")]
    [InlineData("{matchExpressions: [{key: io.kubernetes.pod.namespace, operator: Exists}]}", "any:io.kubernetes.pod.namespace")]
    [InlineData("{matchLabels: {io.cilium.k8s.namespace.labels.team: b}}", "any:io.cilium.k8s.namespace.labels.team=b")]
    [InlineData("{matchLabels: {'reserved:host': ''}}", "reserved:host=")]
    [InlineData(
        "{matchLabels: {'container:io.kubernetes.pod.namespace': b}}",
        "container:io.kubernetes.pod.namespace=b, k8s:io.kubernetes.pod.namespace=shop")]
    public void A_peer_is_tied_to_the_namespace_unless_it_speaks_of_one(string peer, string selector)
    {
        string yaml = Policies.WithHead($"spec: {{endpointSelector: {{}}, egress: [{{toEndpoints: [{peer}]}}]}}", space: "shop");
        Assert.Equal(selector, PolicyReader.Read(yaml, "f")[0].Specs[0].Egress.Allow[0].Peers![0].ToString());
    }

    [Fact]
    public void The_endpoint_selector_may_name_the_policys_own_namespace()
    {
        string yaml = Policies.WithHead("spec: {endpointSelector: {matchLabels: {'k8s:io.kubernetes.pod.namespace': shop}}}", space: "shop");
        Assert.Equal("k8s:io.kubernetes.pod.namespace=shop", PolicyReader.Read(yaml, "f")[0].Specs[0].EndpointSelector.ToString());
    }
}
