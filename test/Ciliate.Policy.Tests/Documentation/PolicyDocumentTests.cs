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
        var reserved = ReservedIdentities.All.FirstOrDefault(identity => identity.Labels.ToString() == peer);
        var identity = reserved ?? Policies.Identity(300, peer);
        var tables = PolicyEngine.Resolve(PolicyReader.Read(yaml, "policy.md"), Policies.Labels(endpoint), [identity]);
        var (protocol, port) = Packet(packet);
        var found = VerdictTable.Evaluate(direction == "ingress" ? tables.Ingress : tables.Egress, identity.Number, protocol, port);
        string told = found.Reason switch
        {
            VerdictReason.NotEnforced => "not enforced",
            VerdictReason.DefaultDeny => "default deny",
            _ => found.Entry!.Value.Rule.ToString(),
        };
        Assert.Equal(verdict, told);
        Assert.Equal(verdict != "default deny", found.Allowed);
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

    private static (byte Protocol, ushort Port) Packet(string packet)
    {
        const byte Icmp = 1;
        string[] words = packet.Split(' ');
        return words[0] switch
        {
            "TCP" => (IpProtocols.Tcp, ushort.Parse(words[1])),
            "UDP" => (IpProtocols.Udp, ushort.Parse(words[1])),
            _ => (Icmp, (ushort)0),
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
