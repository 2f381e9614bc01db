namespace Ciliate.Policy.Tests.Yaml;

/// <summary>What rules say of peers, ICMP messages and default denial, where it is wrong.</summary>
public sealed class BadPeerTests
{
    [Theory]
    [InlineData("fromCIDR: [10.0.0.0/33]", "fromCIDR[0]: \"10.0.0.0/33\" is not an address or prefix (10.0.0.0/8, fd00::/8)")]
    [InlineData("fromCIDR: [10.0.0/8]", "fromCIDR[0]: \"10.0.0/8\" is not an address or prefix (10.0.0.0/8, fd00::/8)")]
    [InlineData("fromCIDR: [010.0.0.1]", "fromCIDR[0]: \"010.0.0.1\" is not an address or prefix (10.0.0.0/8, fd00::/8)")]
    [InlineData("fromCIDR: ['::ffff:10.0.0.0/104']", "fromCIDR[0]: \"::ffff:10.0.0.0/104\" is not an address or prefix (10.0.0.0/8, fd00::/8)")]
    [InlineData("fromCIDR: ['fe80::1%eth0']", "fromCIDR[0]: \"fe80::1%eth0\" is not an address or prefix (10.0.0.0/8, fd00::/8)")]
    [InlineData("fromCIDR: ['']", "fromCIDR[0]: \"\" is not an address or prefix (10.0.0.0/8, fd00::/8)")]
    [InlineData("fromCIDRSet: [{cidr: 10.1.2.3}]", "fromCIDRSet[0].cidr: \"10.1.2.3\" has no length, write 10.1.2.3/32")]
    [InlineData("fromCIDRSet: [{cidr: 10.0.0.0/8, except: [10.1.2.3]}]", "fromCIDRSet[0].except[0]: \"10.1.2.3\" has no length, write 10.1.2.3/32")]
    [InlineData("fromCIDRSet: [{}]", "fromCIDRSet[0].cidr: is missing")]
    [InlineData("fromCIDRSet: [{cidr: 10.0.0.0/8, except: [11.0.0.0/16]}]", "fromCIDRSet[0].except[0]: 11.0.0.0/16 is not inside 10.0.0.0/8")]
    [InlineData("fromCIDRSet: [{cidr: 10.0.0.0/8, except: [0.0.0.0/0]}]", "fromCIDRSet[0].except[0]: 0.0.0.0/0 is not inside 10.0.0.0/8")]
    [InlineData("fromCIDRSet: [{cidr: 10.0.0.0/8, except: ['fd00::/8']}]", "fromCIDRSet[0].except[0]: fd00::/8 is not inside 10.0.0.0/8")]
    [InlineData("fromCIDRSet: [{cidrGroupRef: g}]", "fromCIDRSet[0].cidrGroupRef: is not supported yet")]
    [InlineData("fromEntities: [moon]", "fromEntities[0]: \"moon\" is not an entity (all, cluster, health, host, ingress, init, kube-apiserver, none, remote-node, unmanaged, world, world-ipv4, world-ipv6)")]
    [InlineData("fromEntities: world", "fromEntities: must be a list, but is a single value")]
    [InlineData("fromCIDR: [10.0.0.0/8], fromEndpoints: [{}]", "fromCIDR: cannot go with fromEndpoints in one rule; write two rules")]
    [InlineData("icmps: [{fields: [{type: 8}]}], toPorts: [{ports: [{port: '80'}]}]", "icmps: cannot go with toPorts in one rule; write two rules")]
    [InlineData("icmps: [{fields: [{type: 256}]}]", "icmps[0].fields[0].type: \"256\" is not a message of ICMP (0-255, or a name such as EchoRequest)")]
    [InlineData("icmps: [{fields: [{type: PacketTooBig}]}]", "icmps[0].fields[0].type: \"PacketTooBig\" is not a message of ICMP (0-255, or a name such as EchoRequest)")]
    [InlineData("icmps: [{fields: [{family: IPv5, type: 8}]}]", "icmps[0].fields[0].family: \"IPv5\" is not a family (IPv4, IPv6)")]
    [InlineData("icmps: [{fields: [{}]}]", "icmps[0].fields[0].type: is missing")]
    public void A_rule_that_is_wrong(string rule, string message)
    {
        foreach (string list in new[] { "ingress", "ingressDeny" })
        {
            var error = Assert.Throws<PolicyException>(() => Policies.Read($"spec: {{endpointSelector: {{}}, {list}: [{{{rule}}}]}}"));
            Assert.Equal($"p.yaml:4: spec.{list}[0].{message}", error.Message);
        }
    }

    [Theory]
    [InlineData("enableDefaultDeny: {ingress: yes}", "enableDefaultDeny.ingress: \"yes\" is neither true nor false")]
    [InlineData("enableDefaultDeny: {both: true}", "enableDefaultDeny.both: unknown field")]
    [InlineData("egressDeny: [{toFQDNs: []}]", "egressDeny[0].toFQDNs: is not supported yet")]
    [InlineData("egress: [{toServices: []}]", "egress[0].toServices: is not supported yet")]
    [InlineData("egress: [{toPorts: [{ports: [], rules: {}}]}]", "egress[0].toPorts[0].rules: is not supported yet")]
    [InlineData("nodeSelector: {}", "nodeSelector: is not supported yet")]
    public void A_spec_that_is_wrong(string field, string message)
    {
        var error = Assert.Throws<PolicyException>(() => Policies.Read($"spec: {{endpointSelector: {{}}, {field}}}"));
        Assert.Equal($"p.yaml:4: spec.{message}", error.Message);
    }

    [Fact]
    public void A_clusterwide_policy_with_a_namespace()
    {
        var error = Assert.Throws<PolicyException>(() => Policies.Read(
            "apiVersion: cilium.io/v2\nkind: CiliumClusterwideNetworkPolicy\nmetadata: {name: p, namespace: n}\nspec: {endpointSelector: {}}"));
        Assert.Equal("p.yaml:3: metadata.namespace: a clusterwide policy has no namespace", error.Message);
    }

    [Theory]
    [InlineData("{ingress: [{from: [{}]}]}", "ingress[0].from[0]: has none of podSelector, namespaceSelector and ipBlock")]
    [InlineData("{ingress: [{from: [{ipBlock: {cidr: 10.0.0.0/8}, podSelector: {}}]}]}", "ingress[0].from[0].ipBlock: cannot go with podSelector or namespaceSelector")]
    [InlineData("{ingress: [{from: [{ipBlock: {cidr: 10.0.0.0/8, except: [9.0.0.0/16]}}]}]}", "ingress[0].from[0].ipBlock.except[0]: 9.0.0.0/16 is not inside 10.0.0.0/8")]
    [InlineData("{ingress: [{from: [{ipBlock: {cidr: 10.0.0.0/8, except: [10.0.0.0/8]}}]}]}", "ingress[0].from[0].ipBlock: excepts 10.0.0.0/8, which is all of it")]
    [InlineData("{podSelector: {matchLabels: {\"k8s:app\": a}}}", "podSelector.matchLabels[\"k8s:app\"]: \"k8s:app\" is no key of Kubernetes: the key has the character \":\"")]
    [InlineData("{ingress: [{from: [{podSelector: {matchExpressions: [{key: \"reserved:host\", operator: DoesNotExist}]}}]}]}", "ingress[0].from[0].podSelector.matchExpressions[0].key: \"reserved:host\" is no key of Kubernetes: the key has the character \":\"")]
    [InlineData("{ingress: [{from: [{namespaceSelector: {matchLabels: {\"any:team\": a}}}]}]}", "ingress[0].from[0].namespaceSelector.matchLabels[\"any:team\"]: \"any:team\" is no key of Kubernetes: the key has the character \":\"")]
    [InlineData("{podSelector: {matchLabels: {Example.com/app: a}}}", "podSelector.matchLabels[\"Example.com/app\"]: \"Example.com/app\" is no key of Kubernetes: what is before the slash is not a DNS name (a-z, 0-9, '-' and '.', at most 253 characters)")]
    [InlineData("{podSelector: {matchLabels: {example.com/-app: a}}}", "podSelector.matchLabels[\"example.com/-app\"]: \"example.com/-app\" is no key of Kubernetes: the name must start and end with a letter or digit")]
    [InlineData("{podSelector: {matchLabels: {abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyzabcdefghijklmn: a}}}", "podSelector.matchLabels.abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyzabcdefghijklmn: \"abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyzabcdefghijklmn\" is no key of Kubernetes: the name is 66 characters long, 1 to 63 may be")]
    [InlineData("{policyTypes: [Both]}", "policyTypes[0]: \"Both\" is not a policy type (Ingress, Egress)")]
    [InlineData("{ingress: [{ports: [{port: 0}]}]}", "ingress[0].ports[0].port: \"0\" is not a port (1-65535); leave it out for every port")]
    [InlineData("{ingress: [{ports: [{endPort: 90}]}]}", "ingress[0].ports[0].endPort: needs a port to start from")]
    [InlineData("{ingress: [{ports: [{port: 90, endPort: 80}]}]}", "ingress[0].ports[0].endPort: 80 is below the port 90")]
    [InlineData("{ingress: [{ports: [{port: http, endPort: 80}]}]}", "ingress[0].ports[0].endPort: cannot go with the named port \"http\"")]
    [InlineData("{ingress: [{ports: [{port: 80, protocol: ICMP}]}]}", "ingress[0].ports[0].protocol: \"ICMP\" is not a protocol (TCP, UDP, SCTP)")]
    [InlineData("{ingressDeny: []}", "ingressDeny: unknown field")]
    public void A_policy_of_Kubernetes_that_is_wrong(string spec, string message)
    {
        var error = Assert.Throws<PolicyException>(() => Policies.Read(
            $"apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {{name: p}}\nspec: {spec}"));
        Assert.Equal($"p.yaml:4: spec.{message}", error.Message);
    }
}
