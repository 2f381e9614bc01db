namespace Ciliate.Policy.Tests.Documentation;

public sealed class PolicyDocumentTests
{
    public static TheoryData<string, string, string, string, string, string> VerdictRows()
    {
        var rows = new TheoryData<string, string, string, string, string, string>();
        foreach (var (yaml, cells) in PolicyDocument.VerdictRows())
            rows.Add(cells[0], cells[1], cells[2], cells[3], cells[4], yaml);
        return rows;
    }

    public static TheoryData<string, string, string> RefusedFields()
    {
        var fields = new TheoryData<string, string, string>();
        foreach (string[] row in PolicyDocument.Table("| in | read |"))
        {
            foreach (string name in row[2].Split(' ', StringSplitOptions.RemoveEmptyEntries))
                fields.Add(row[0], name, "is not supported yet");
            fields.Add(row[0], "bogus", "unknown field");
        }
        return fields;
    }

    [Theory]
    [MemberData(nameof(VerdictRows))]
    public void An_example_gives_the_verdict_that_the_page_says(
        string endpoint, string direction, string peer, string packet, string verdict, string yaml)
    {
        var policies = PolicySet.Empty.Replace(PolicyReader.Read(yaml, "policy.md"));
        var (labels, ownPorts) = Subject(endpoint);
        var identity = Peer(peer, policies);
        var tables = PolicyEngine.Resolve(policies, labels, [identity], null, ownPorts);
        var (protocol, port) = Packet(packet);
        var found = VerdictTable.Evaluate(direction == "ingress" ? tables.Ingress : tables.Egress, identity.Number, protocol, port);
        string told = found.Reason switch
        {
            VerdictReason.NotEnforced => "not enforced",
            VerdictReason.DefaultDeny => "default deny",
            _ => found.Entry!.Value.Rule.ToString(),
        };
        Assert.Equal(verdict, told);
        Assert.Equal(verdict != "default deny" && !verdict.Contains("Deny[", StringComparison.Ordinal), found.Allowed);
    }

    [Theory]
    [MemberData(nameof(RefusedFields))]
    public void A_field_that_the_page_calls_refused_is_refused_by_its_path(string place, string name, string message)
    {
        const string Whole = """
            apiVersion: cilium.io/v2
            kind: CiliumNetworkPolicy
            metadata:
              name: p
            spec:
              endpointSelector:
                matchExpressions:
                - key: app
                  operator: Exists
              ingress:
              - toPorts:
                - ports:
                  - port: "80"
              egress:
              - toPorts: []
            """;
        string path = place == "the document" ? name : $"{place}.{name}";
        var error = Assert.Throws<PolicyException>(() => PolicyReader.Read(WithField(Whole, place, name), "p.yaml"));
        Assert.Matches($@"^p\.yaml:\d+: {System.Text.RegularExpressions.Regex.Escape(path)}: {message}$", error.Message);
    }

    [Fact]
    public void The_page_lists_the_reserved_identities() =>
        Assert.Equal(
            ReservedIdentities.All.Select(identity => $"{identity.Number} {identity.Labels}"),
            PolicyDocument.Table("| number | identity |").Select(cells => $"{cells[0]} {cells[1]}"));

    [Fact]
    public void The_page_shows_enough_examples() => Assert.InRange(PolicyDocument.VerdictRows().Count(), 30, 300);

    /// <summary>Labels, and behind <c>with</c> the names that the endpoint gives to its ports: <c>app=web with http=80/TCP</c>.</summary>
    private static (LabelSet Labels, NamedPort[] Ports) Subject(string cell)
    {
        string[] parts = cell.Split(" with ");
        return (Policies.Labels(parts[0]), [.. parts.Skip(1).Select(text => text.Split('=', '/')).Select(
            words => new NamedPort(words[0], words[2] == "TCP" ? IpProtocols.Tcp : IpProtocols.Udp, ushort.Parse(words[1])))]);
    }

    /// <summary>Labels, a reserved identity, or an address outside, which has the identity of the longest prefix that the policies name.</summary>
    private static Identity Peer(string cell, PolicySet policies)
    {
        if (System.Net.IPAddress.TryParse(cell, out var address))
        {
            var known = policies.NamedPrefixes().Where(prefix => prefix.Contains(address)).OrderBy(prefix => prefix.PrefixLength).ToArray();
            return known.Length > 0
                ? Identity.OfPrefix(IdentityNumbers.LocalScope + 1, known[^1])
                : ReservedIdentities.All[(int)ReservedIdentities.World - 1];
        }
        var (labels, ports) = Subject(cell);
        return ReservedIdentities.All.FirstOrDefault(identity => identity.Labels.Equals(labels))
            ?? new Identity(300, labels) { NamedPorts = ports };
    }

    private static (byte Protocol, ushort Port) Packet(string packet)
    {
        string[] words = packet.Split(' ');
        ushort number = words.Length > 1 ? ushort.Parse(words[1]) : (ushort)0;
        return words[0] switch
        {
            "TCP" => (IpProtocols.Tcp, number),
            "UDP" => (IpProtocols.Udp, number),
            "SCTP" => (IpProtocols.Sctp, number),
            "ICMP" => (IpProtocols.Icmp, number),
            "ICMPv6" => (IpProtocols.IcmpV6, number),
            "GRE" => ((byte)47, number),
            _ => throw new ArgumentException($"no such packet: {packet}"),
        };
    }

    /// <summary>The policy with one more field put first in the mapping at a place.</summary>
    private static string WithField(string whole, string place, string name)
    {
        (string before, string indent) = place switch
        {
            "the document" => ("apiVersion:", ""),
            "metadata" => ("name: p", "  "),
            "spec" => ("endpointSelector:", "  "),
            "spec.endpointSelector" => ("matchExpressions:", "    "),
            "spec.endpointSelector.matchExpressions[0]" => ("key: app", "      "),
            "spec.ingress[0]" => ("toPorts:\n", "    "),
            "spec.ingress[0].toPorts[0]" => ("ports:", "      "),
            "spec.ingress[0].toPorts[0].ports[0]" => ("port: \"80\"", "        "),
            "spec.egress[0]" => ("toPorts: []", "    "),
            _ => throw new ArgumentException($"no such place: {place}"),
        };
        whole = whole.ReplaceLineEndings("\n");
        int at = whole.IndexOf(before, StringComparison.Ordinal);
        return whole.Insert(at, $"{name}: x\n{indent}");
    }
}
