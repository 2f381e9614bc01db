namespace Ciliate.Policy;

/// <summary>Reads a <c>spec</c> and its rules.</summary>
internal sealed class SpecReader(string? policyNamespace)
{
    private static readonly string[] Known = ["description", "endpointSelector", "ingress", "egress"];

    private static readonly string[] Unsupported = ["nodeSelector", "ingressDeny", "egressDeny", "enableDefaultDeny", "labels", "log"];

    private static readonly string[] UnsupportedIngress =
        ["fromRequires", "fromCIDR", "fromCIDRSet", "fromEntities", "fromNodes", "fromGroups", "icmps", "authentication"];

    private static readonly string[] UnsupportedEgress =
    [
        "toRequires", "toCIDR", "toCIDRSet", "toEntities", "toNodes", "toGroups", "toServices", "toFQDNs", "icmps", "authentication",
    ];

    private readonly SelectorReader _selectors = new(policyNamespace);

    public PolicySpec Read(YamlField field, int index)
    {
        var fields = field.Fields(Known, Unsupported);
        return new PolicySpec(
            index,
            fields.TryGetValue("description", out var description) ? description.Text() : null,
            _selectors.ReadSubject(field.Required(fields, "endpointSelector")),
            fields.TryGetValue("ingress", out var ingress) ? ReadRules(ingress, "fromEndpoints", UnsupportedIngress) : null,
            fields.TryGetValue("egress", out var egress) ? ReadRules(egress, "toEndpoints", UnsupportedEgress) : null);
    }

    private List<PolicyRule> ReadRules(YamlField field, string peersName, string[] unsupported)
    {
        var rules = new List<PolicyRule>();
        foreach (var item in field.Items())
        {
            var fields = item.Fields([peersName, "toPorts"], unsupported);
            rules.Add(new PolicyRule(
                fields.TryGetValue(peersName, out var peers) ? ReadPeers(peers) : null,
                fields.TryGetValue("toPorts", out var ports) ? PortsReader.Read(ports) : null));
        }
        return rules;
    }

    private List<LabelSelector> ReadPeers(YamlField field)
    {
        var peers = new List<LabelSelector>();
        foreach (var item in field.Items())
            peers.Add(_selectors.ReadPeer(item));
        return peers;
    }
}
