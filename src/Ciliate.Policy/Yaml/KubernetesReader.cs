namespace Ciliate.Policy;

/// <summary>Reads the spec of a Kubernetes <c>NetworkPolicy</c> (networking.k8s.io/v1).</summary>
internal sealed class KubernetesReader(string? policyNamespace)
{
    private readonly SelectorReader _selectors = new(policyNamespace, isKubernetes: true);

    public PolicySpec Read(YamlField field)
    {
        var fields = field.Fields(["podSelector", "policyTypes", "ingress", "egress"], []);
        var subject = fields.TryGetValue("podSelector", out var pods)
            ? _selectors.ReadSubject(pods)
            : _selectors.Everything();
        var ingress = ReadRules(fields, "ingress", "from");
        var egress = ReadRules(fields, "egress", "to");
        var (isIngress, isEgress) = fields.TryGetValue("policyTypes", out var types) && types.Items().Count > 0
            ? ReadTypes(types)
            : (true, egress.Count > 0);
        return new PolicySpec(
            RuleReference.SingleSpec, null, subject,
            isIngress ? new DirectionRules(true, ingress, []) : DirectionRules.None,
            isEgress ? new DirectionRules(true, egress, []) : DirectionRules.None);
    }

    private static (bool Ingress, bool Egress) ReadTypes(YamlField field)
    {
        bool ingress = false, egress = false;
        foreach (var item in field.Items())
        {
            switch (item.Text())
            {
                case "Ingress":
                    ingress = true;
                    break;
                case "Egress":
                    egress = true;
                    break;
                case var other:
                    throw item.Fail($"{Quoting.Quote(other)} is not a policy type (Ingress, Egress)");
            }
        }
        return (ingress, egress);
    }

    private List<PolicyRule> ReadRules(Dictionary<string, YamlField> fields, string name, string side)
    {
        var rules = new List<PolicyRule>();
        if (!fields.TryGetValue(name, out var list))
            return rules;
        foreach (var item in list.Items())
        {
            var parts = item.Fields([side, "ports"], []);
            rules.Add(new PolicyRule(
                parts.TryGetValue(side, out var peers) ? ReadPeers(peers) : [EntitySelector.All],
                parts.TryGetValue("ports", out var ports) ? ReadPorts(ports) : null));
        }
        return rules;
    }

    /// <summary>Unlike in Cilium's policies an empty list is as one that is not there: every peer.</summary>
    private List<PeerSelector> ReadPeers(YamlField field)
    {
        var peers = new List<PeerSelector>();
        foreach (var item in field.Items())
            peers.Add(ReadPeer(item));
        return peers.Count > 0 ? peers : [EntitySelector.All];
    }

    private PeerSelector ReadPeer(YamlField field)
    {
        var fields = field.Fields(["podSelector", "namespaceSelector", "ipBlock"], []);
        if (fields.TryGetValue("ipBlock", out var block))
            return fields.Count == 1 ? ReadBlock(block) : throw block.Fail("cannot go with podSelector or namespaceSelector");
        if (fields.Count == 0)
            throw field.Fail("has none of podSelector, namespaceSelector and ipBlock");
        YamlField? pods = fields.TryGetValue("podSelector", out var podField) ? podField : null;
        return fields.TryGetValue("namespaceSelector", out var spaces)
            ? SelectorReader.ReadAcrossNamespaces(spaces, pods)
            : _selectors.ReadSubject(pods!.Value);
    }

    private static CidrSelector ReadBlock(YamlField field)
    {
        var selector = CidrReader.ReadBlock(field);
        return selector.Except.Contains(selector.Prefix) ? throw field.Fail($"excepts {selector.Prefix}, which is all of it") : selector;
    }

    /// <summary>Likewise: no ports are every port.</summary>
    private static List<PortMatch>? ReadPorts(YamlField field)
    {
        var ports = new List<PortMatch>();
        foreach (var item in field.Items())
        {
            var fields = item.Fields(["protocol", "port", "endPort"], []);
            byte protocol = fields.TryGetValue("protocol", out var protocolField) ? ReadProtocol(protocolField) : IpProtocols.Tcp;
            ports.Add(ReadPort(fields, protocol));
        }
        return ports.Count > 0 ? ports : null;
    }

    private static PortMatch ReadPort(Dictionary<string, YamlField> fields, byte protocol)
    {
        YamlField? port = fields.TryGetValue("port", out var portField) ? portField : null;
        YamlField? end = fields.TryGetValue("endPort", out var endField) ? endField : null;
        if (port is { } start && PortsReader.TextOf(start) == "0")
            throw portField.Fail("\"0\" is not a port (1-65535); leave it out for every port");
        if (end is { } last && PortsReader.TextOf(last) == "0")
            throw endField.Fail("\"0\" is not a port (1-65535)");
        return PortsReader.ReadRange(port, end, protocol);
    }

    private static byte ReadProtocol(YamlField field) => field.Text() switch
    {
        "TCP" => IpProtocols.Tcp,
        "UDP" => IpProtocols.Udp,
        "SCTP" => IpProtocols.Sctp,
        var other => throw field.Fail($"{Quoting.Quote(other)} is not a protocol (TCP, UDP, SCTP)"),
    };
}
