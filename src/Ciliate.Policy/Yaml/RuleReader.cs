namespace Ciliate.Policy;

/// <summary>Reads <c>ingress</c>, <c>ingressDeny</c>, <c>egress</c> and <c>egressDeny</c> of Cilium's policies.</summary>
internal sealed class RuleReader(SelectorReader selectors)
{
    private static readonly string[] UnsupportedOfIngress = ["fromRequires", "fromNodes", "fromGroups", "authentication"];

    private static readonly string[] UnsupportedOfEgress =
        ["toRequires", "toNodes", "toGroups", "toServices", "toFQDNs", "authentication"];

    public IReadOnlyList<PolicyRule> Read(YamlField field, TrafficDirection direction)
    {
        var rules = new List<PolicyRule>();
        foreach (var item in field.Items())
            rules.Add(ReadRule(item, direction == TrafficDirection.Ingress ? "from" : "to"));
        return [.. rules];
    }

    private PolicyRule ReadRule(YamlField field, string side)
    {
        var fields = field.Fields(
            [side + "Endpoints", side + "Entities", side + "CIDR", side + "CIDRSet", "toPorts", "icmps"],
            side == "from" ? UnsupportedOfIngress : UnsupportedOfEgress);
        bool hasPorts = fields.TryGetValue("toPorts", out var ports);
        if (!fields.TryGetValue("icmps", out var icmps))
            return new PolicyRule(ReadPeers(fields, side), hasPorts ? PortsReader.Read(ports) : null);
        if (hasPorts && ports.Items().Count > 0)
            throw icmps.Fail("cannot go with toPorts in one rule; write two rules");
        return new PolicyRule(ReadPeers(fields, side), IcmpReader.Read(icmps));
    }

    /// <summary>As Cilium: a rule names its peers in one way only. A list that is there and empty selects nobody.</summary>
    private PeerSelector[]? ReadPeers(Dictionary<string, YamlField> fields, string side)
    {
        List<PeerSelector>? peers = null;
        string? used = null;
        Add("Endpoints", selectors.ReadPeer);
        Add("Entities", ReadEntity);
        Add("CIDR", item => new CidrSelector(CidrReader.ReadPrefix(item)));
        Add("CIDRSet", item => CidrReader.ReadBlock(item, "cidrGroupRef", "cidrGroupSelector"));
        return peers?.ToArray();

        void Add(string name, Func<YamlField, PeerSelector> read)
        {
            if (!fields.TryGetValue(side + name, out var field))
                return;
            peers ??= [];
            var items = field.Items();
            if (items.Count == 0)
                return;
            if (used is not null)
                throw field.Fail($"cannot go with {used} in one rule; write two rules");
            used = side + name;
            foreach (var item in items)
                peers.Add(read(item));
        }
    }

    private static PeerSelector ReadEntity(YamlField field) => Entities.Find(field.Text())
        ?? throw field.Fail($"{Quoting.Quote(field.Text())} is not an entity ({Entities.Listing})");
}
