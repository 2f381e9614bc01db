namespace Ciliate.Policy.Tests.Yaml;

/// <summary>Each wrong text with the one line it is answered with. Texts that start with "spec" have three lines of head before them.</summary>
public sealed class BadPolicyTests
{
    [Theory]
    [InlineData("", "p.yaml:1: has no policy")]
    [InlineData("# nothing\n---\n", "p.yaml:1: has no policy")]
    [InlineData("hello", "p.yaml:1: must be a mapping, but is a single value")]
    [InlineData("- a\n- b", "p.yaml:1: must be a mapping, but is a list")]
    [InlineData("{}", "p.yaml:1: apiVersion: is missing")]
    [InlineData("apiVersion: cilium.io/v2", "p.yaml:1: kind: is missing")]
    [InlineData("apiVersion: cilium.io/v1", "p.yaml:1: apiVersion: \"cilium.io/v1\" is not supported yet, expected cilium.io/v2 or networking.k8s.io/v1")]
    [InlineData("apiVersion: cilium.io/v2\nkind: NetworkPolicy", "p.yaml:1: apiVersion: \"cilium.io/v2\" does not go with this kind, expected networking.k8s.io/v1")]
    [InlineData("apiVersion: cilium.io/v2\nkind: Pod", "p.yaml:2: kind: \"Pod\" is not supported yet, expected CiliumNetworkPolicy, CiliumClusterwideNetworkPolicy or NetworkPolicy")]
    [InlineData("apiVersion: cilium.io/v2\nkind: CiliumNetworkPolicy", "p.yaml:1: metadata: is missing")]
    [InlineData("apiVersion: cilium.io/v2\nkind: CiliumNetworkPolicy\nmetadata: {}", "p.yaml:3: metadata.name: is missing")]
    [InlineData("apiVersion: cilium.io/v2\nkind: CiliumNetworkPolicy\nmetadata: {name: p}", "p.yaml:1: has neither a spec nor specs")]
    [InlineData("specs: []", "p.yaml:1: has neither a spec nor specs")]
    public void A_document_that_is_not_a_policy(string yaml, string message) => Refused(yaml, message);

    [Theory]
    [InlineData("Web", "\"Web\"")]
    [InlineData("-web", "\"-web\"")]
    [InlineData("web-", "\"web-\"")]
    [InlineData("a..b", "\"a..b\"")]
    [InlineData("'a b'", "\"a b\"")]
    [InlineData("''", "\"\"")]
    [InlineData("\"a\\nb\"", "\"a\\u000ab\"")]
    public void A_name_that_is_not_a_dns_name(string name, string quoted) =>
        Refused(
            $"apiVersion: cilium.io/v2\nkind: CiliumNetworkPolicy\nmetadata:\n  name: {name}",
            $"p.yaml:4: metadata.name: {quoted} is not a DNS name (a-z, 0-9, '-' and '.', at most 253 characters)");

    [Fact]
    public void A_namespace_that_is_not_a_dns_label() =>
        Refused(
            "apiVersion: cilium.io/v2\nkind: CiliumNetworkPolicy\nmetadata:\n  name: p\n  namespace: a.b",
            "p.yaml:5: metadata.namespace: \"a.b\" is not a DNS label (a-z, 0-9 and '-', at most 63 characters)");

    [Theory]
    [InlineData("spec:", "p.yaml:4: spec: must be a mapping, but is empty")]
    [InlineData("spec: {}", "p.yaml:4: spec.endpointSelector: is missing")]
    [InlineData("spec: {endpointSelector: }", "p.yaml:4: spec.endpointSelector: must be a mapping, but is empty")]
    [InlineData("spec: {endpointSelector: {}, ingress: {}}", "p.yaml:4: spec.ingress: must be a list, but is a mapping")]
    [InlineData("spec: {endpointSelector: {}, ingress: ~}", "p.yaml:4: spec.ingress: must be a list, but is empty")]
    [InlineData("spec: {endpointSelector: {}, ingress: [null]}", "p.yaml:4: spec.ingress[0]: must be a mapping, but is empty")]
    [InlineData("spec: {endpointSelector: {}, ingress: [{fromEndpoints: }]}", "p.yaml:4: spec.ingress[0].fromEndpoints: must be a list, but is empty")]
    [InlineData("spec: {endpointSelector: {}, ingress: [{toEndpoints: []}]}", "p.yaml:4: spec.ingress[0].toEndpoints: unknown field")]
    [InlineData("spec: {endpointSelector: {}, egress: [{fromEndpoints: []}]}", "p.yaml:4: spec.egress[0].fromEndpoints: unknown field")]
    [InlineData("spec:\n  endpointSelector: {}\n  'in gress': []", "p.yaml:6: spec[\"in gress\"]: unknown field")]
    [InlineData("spec: {endpointSelector: {}, description: [a]}", "p.yaml:4: spec.description: must be a single value, but is a list")]
    [InlineData("specs:\n- endpointSelector: {}\n- ingress: []", "p.yaml:6: specs[1].endpointSelector: is missing")]
    [InlineData("specs:\n- endpointSelector: {}\n- nodeSelector: {}", "p.yaml:6: specs[1].nodeSelector: is not supported yet")]
    public void A_field_of_the_wrong_kind_or_in_the_wrong_place(string yaml, string message) => Refused(yaml, message);

    [Theory]
    [InlineData("{port: 1e3}", "port: 1e3 is a floating-point number in YAML, neither a port (1-65535) nor, without quotes, the name of one")]
    [InlineData("{port: true}", "port: true is a boolean in YAML, neither a port (1-65535) nor, without quotes, the name of one")]
    [InlineData("{port: 80, endPort: 9e1}", "endPort: 9e1 is a floating-point number in YAML, neither a port (1-65535) nor, without quotes, the name of one")]
    [InlineData("{port: 0x10000}", "port: \"65536\" is not a port (1-65535)")]
    [InlineData("{port: '80a-very-long-name'}", "port: \"80a-very-long-name\" is not a port (1-65535)")]
    [InlineData("{port: '70000'}", "port: \"70000\" is not a port (1-65535)")]
    [InlineData("{port: 65536}", "port: \"65536\" is not a port (1-65535)")]
    [InlineData("{port: '-1'}", "port: \"-1\" is not a port (1-65535)")]
    [InlineData("{port: ''}", "port: \"\" is not a port (1-65535)")]
    [InlineData("{port: 080}", "port: \"080\" is not a port (1-65535)")]
    [InlineData("{port: 8 0}", "port: \"8 0\" is not a port (1-65535)")]
    [InlineData("{port: 80.0}", "port: \"80.0\" is not a port (1-65535)")]
    [InlineData("{port: '٣'}", "port: \"٣\" is not a port (1-65535)")]
    [InlineData("{port: http, endPort: 81}", "endPort: cannot go with the named port \"http\"")]
    [InlineData("{port: http, protocol: GRE}", "port: a name cannot go with a protocol that has no ports")]
    [InlineData("{port: a--b}", "port: \"a--b\" is not a port (1-65535)")]
    [InlineData("{port: sixteen-letters-}", "port: \"sixteen-letters-\" is not a port (1-65535)")]
    [InlineData("{port: [80]}", "port: must be a single value, but is a list")]
    [InlineData("{port: 80, endPort: 79}", "endPort: 79 is below the port 80")]
    [InlineData("{port: 0, endPort: 79}", "endPort: cannot go with port 0, which stands for every port")]
    [InlineData("{port: 80, endPort: x}", "endPort: \"x\" is not a port (1-65535)")]
    [InlineData("{port: 8, protocol: icmp}", "port: 8 cannot go with a protocol that has no ports; write \"0\", or icmps for ICMP messages")]
    [InlineData("{port: 1, protocol: 47}", "port: 1 cannot go with a protocol that has no ports; write \"0\", or icmps for ICMP messages")]
    [InlineData("{port: 80, protocol: HTTP}", "protocol: \"HTTP\" is not a protocol (TCP, UDP, SCTP, ANY, ICMP, ICMPv6, IGMP, IPIP, IPv6, GRE, ESP, AH, VRRP or 1-255)")]
    [InlineData("{port: 0, protocol: 256}", "protocol: \"256\" is not a protocol (TCP, UDP, SCTP, ANY, ICMP, ICMPv6, IGMP, IPIP, IPv6, GRE, ESP, AH, VRRP or 1-255)")]
    public void A_port_that_is_none(string port, string message) =>
        Refused(
            $"spec:\n  endpointSelector: {{}}\n  ingress:\n  - toPorts:\n    - ports:\n      - {port}",
            $"p.yaml:9: spec.ingress[0].toPorts[0].ports[0].{message}");

    [Fact]
    public void A_port_that_is_missing() =>
        Refused(
            "spec: {endpointSelector: {}, egress: [{toPorts: [{ports: [{protocol: TCP}]}]}]}",
            "p.yaml:4: spec.egress[0].toPorts[0].ports[0].port: is missing");

    [Fact]
    public void More_than_40_ports_in_a_list()
    {
        string ports = string.Join(", ", Enumerable.Range(1, 41).Select(port => $"{{port: '{port}'}}"));
        Refused(
            $"spec: {{endpointSelector: {{}}, egress: [{{toPorts: [{{ports: [{ports}]}}]}}]}}",
            "p.yaml:4: spec.egress[0].toPorts[0].ports: has 41 ports, the most is 40");
    }

    [Theory]
    [InlineData("{matchLabels: {a b: c}}", "matchLabels[\"a b\"]: the key has a space")]
    [InlineData("{matchLabels: {'': c}}", "matchLabels.: the key is empty")]
    [InlineData("{matchLabels: {'docker:app': c}}", "matchLabels[\"docker:app\"]: unknown source \"docker\", expected any, container, k8s, reserved")]
    [InlineData("{matchLabels: {app: a b}}", "matchLabels.app: \"a b\": the value has a space")]
    [InlineData("{matchLabels: {app: }}", "matchLabels.app: must be a single value, but is empty")]
    [InlineData("{matchLabels: {app: [a]}}", "matchLabels.app: must be a single value, but is a list")]
    [InlineData("{matchLabels: [app]}", "matchLabels: must be a mapping, but is a list")]
    [InlineData("{matchExpressions: {key: app}}", "matchExpressions: must be a list, but is a mapping")]
    [InlineData("{matchExpressions: [{operator: Exists}]}", "matchExpressions[0].key: is missing")]
    [InlineData("{matchExpressions: [{key: app}]}", "matchExpressions[0].operator: is missing")]
    [InlineData("{matchExpressions: [{key: a b, operator: Exists}]}", "matchExpressions[0].key: the key has a space")]
    [InlineData("{matchExpressions: [{key: app, operator: in, values: [a]}]}", "matchExpressions[0].operator: \"in\" is not an operator (In, NotIn, Exists, DoesNotExist)")]
    [InlineData("{matchExpressions: [{key: app, operator: In}]}", "matchExpressions[0].operator: In needs at least one of values")]
    [InlineData("{matchExpressions: [{key: app, operator: NotIn, values: []}]}", "matchExpressions[0].operator: NotIn needs at least one of values")]
    [InlineData("{matchExpressions: [{key: app, operator: Exists, values: [a]}]}", "matchExpressions[0].operator: Exists takes no values")]
    [InlineData("{matchExpressions: [{key: app, operator: In, values: [a, b c]}]}", "matchExpressions[0].values[1]: \"b c\": the value has a space")]
    [InlineData("{app: web}", "app: unknown field")]
    public void A_selector_that_is_none(string selector, string message) =>
        Refused($"spec:\n  endpointSelector: {selector}", $"p.yaml:5: spec.endpointSelector.{message}");

    [Fact]
    public void An_endpoint_selector_that_names_another_namespace() =>
        Refused(
            Policies.WithHead("spec: {endpointSelector: {matchLabels: {'k8s:io.kubernetes.pod.namespace': other}}}", space: "shop"),
            "p.yaml:4: spec.endpointSelector.matchLabels[\"k8s:io.kubernetes.pod.namespace\"]: "
            + "\"other\" is not the policy's namespace \"shop\", the only one it can select endpoints in");

    [Theory]
    [InlineData("spec: {endpointSelector: {}}\nspec: {}", "p.yaml:5: the field \"spec\" is given twice, first on line 4")]
    [InlineData("spec: {endpointSelector: {matchLabels: {a: b,\n a: c}}}", "p.yaml:5: the field \"a\" is given twice, first on line 4")]
    [InlineData("spec: &x {endpointSelector: {}}", "p.yaml:4: anchors and aliases are not supported in policies")]
    [InlineData("spec: {endpointSelector: *x}", "p.yaml:4: anchors and aliases are not supported in policies")]
    [InlineData("spec: {endpointSelector: !!map {}}", "p.yaml:4: tags are not supported in policies")]
    [InlineData("spec: {description: !int 1}", "p.yaml:4: tags are not supported in policies")]
    [InlineData("spec: {[a]: b}", "p.yaml:4: the name of a field must be a single value")]
    public void Yaml_that_refers_converts_or_repeats(string yaml, string message) => Refused(yaml, message);

    [Theory]
    [InlineData("spec: {endpointSelector: {}", 4)]
    [InlineData("spec:\n\tendpointSelector: {}", 5)]
    [InlineData("spec: 'never closed", 4)]
    [InlineData("spec:\n  a: b: c", 5)]
    [InlineData("spec:\n  - a\n b", 6)]
    [InlineData("spec: @a", 4)]
    [InlineData("%YAML 9.9\n---\na: b", 1)]
    public void Text_that_is_not_yaml_is_refused_with_its_line(string yaml, int line)
    {
        string message = Assert.Throws<PolicyException>(() => Policies.Read(yaml)).Message;
        Assert.StartsWith($"p.yaml:{line}: is not YAML: ", message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', message);
    }

    [Fact]
    public void The_same_policy_twice_in_one_text()
    {
        string one = Policies.WithHead("spec: {endpointSelector: {}}");
        Refused($"{one}\n---\n{one}", "p.yaml:6: policy \"p\" is there already, on line 1");
    }

    [Fact]
    public void An_error_in_a_later_document_has_the_line_in_the_file()
    {
        string one = Policies.WithHead("spec: {endpointSelector: {}}");
        Refused($"{one}\n---\n{one.Replace("{name: p}", "{name: q}", StringComparison.Ordinal)}\nbogus: 1", "p.yaml:10: bogus: unknown field");
    }

    [Theory]
    [InlineData("[", 100)]
    [InlineData("{a: ", 100)]
    [InlineData("[", 1_000_000)]
    [InlineData("- ", 1_000_000)]
    public void Nesting_beyond_every_need(string level, int times)
    {
        string nested = string.Concat(Enumerable.Repeat(level, times));
        Refused(nested, "p.yaml:1: is nested more than 32 levels deep");
    }

    [Fact]
    public void A_text_that_is_too_long()
    {
        string text = new('#', (4 << 20) + 1);
        Refused(text, "p.yaml: is longer than 4194304 characters");
        Assert.Throws<PolicyException>(() => PolicyReader.Read(new StringReader(text), "p.yaml"));
    }

    private static void Refused(string yaml, string message) =>
        Assert.Equal(message, Assert.Throws<PolicyException>(() => Policies.Read(yaml)).Message);
}
