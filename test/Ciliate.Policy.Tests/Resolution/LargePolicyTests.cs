namespace Ciliate.Policy.Tests.Resolution;

/// <summary>Ten times the policy costs about ten times the memory, not a hundred times.</summary>
public sealed class LargePolicyTests
{
    private const double MostGrowth = 20;
    private const int Small = 1_000;
    private const int Large = 10_000;

    [Fact]
    public void Ten_thousand_prefixes_side_by_side_in_one_rule() =>
        GrowsLinearly(count => Rule(Enumerable.Range(0, count).Select(i => $"10.{i >> 8}.{i & 255}.0/24")), count => count);

    [Fact]
    public void Ten_thousand_prefixes_inside_of_sixteen() =>
        GrowsLinearly(
            count => Rule(Enumerable.Range(0, count).Select(i => $"10.{i >> 8}.{i & 255}.0/24").Concat(Enumerable.Range(1, 16).Select(i => $"10.0.0.0/{i}"))),
            count => count + 16);

    [Fact]
    public void Ten_thousand_exceptions_of_one_prefix() =>
        GrowsLinearly(
            count => "[{toCIDRSet: [{cidr: 10.0.0.0/8, except: [" + string.Join(", ", Enumerable.Range(0, count).Select(i => $"10.{i >> 8}.{i & 255}.0/24")) + "]}]}]",
            _ => 1);

    [Fact]
    public void Ten_thousand_rules_in_one_policy() =>
        GrowsLinearly(
            count => "[" + string.Join(", ", Enumerable.Range(0, count).Select(
                i => $"{{toCIDR: ['fd00:{i:x}::/32'], toPorts: [{{ports: [{{port: '{i + 1}', protocol: TCP}}]}}]}}")) + "]",
            count => count);

    [Fact]
    public void Ten_thousand_named_ports_under_a_rule_with_as_many_prefixes()
    {
        var policies = Read($$"""[{toPorts: [{ports: [{port: web}]}]}, {{Rule(Prefixes(Large))[1..^1]}}]""");
        var peers = new IdentitySet(Enumerable.Range(0, Large).Select(
            i => Policies.Identity((uint)(256 + i), $"n={i}") with { NamedPorts = [new NamedPort("web", IpProtocols.Tcp, (ushort)(i + 1))] }));
        var entries = PolicyEngine.Resolve(policies, LabelSet.Empty, peers).Egress.Entries;
        Assert.Equal(Enumerable.Range(1, Large).Select(port => (ushort)port), entries.Select(entry => entry.Port));

        static IEnumerable<string> Prefixes(int count) => Enumerable.Range(0, count).Select(i => $"10.{i >> 8}.{i & 255}.0/24");
    }

    private static string Rule(IEnumerable<string> prefixes) => $"[{{toCIDR: [{string.Join(", ", prefixes)}]}}]";

    private static void GrowsLinearly(Func<int, string> egress, Func<int, int> entries)
    {
        Resolve(egress(Small), entries(Small));
        long small = Resolve(egress(Small), entries(Small));
        long large = Resolve(egress(Large), entries(Large));
        Assert.InRange((double)large / small, 1, MostGrowth);
    }

    /// <summary>Reads and resolves, with an identity for each prefix. Returns the bytes that took.</summary>
    private static long Resolve(string egress, int entries)
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        var set = PolicySet.Empty.Replace(Read(egress));
        var identities = new IdentitySet(set.NamedPrefixes().Select((prefix, index) => Identity.OfPrefix(IdentityNumbers.LocalScope + (uint)index, prefix)));
        int count = PolicyEngine.Resolve(set, LabelSet.Empty, identities).Egress.Entries.Count;
        long bytes = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.Equal(entries, count);
        return bytes;
    }

    private static IReadOnlyList<NetworkPolicy> Read(string egress) =>
        Policies.Read($"spec:\n  endpointSelector: {{}}\n  egress: {egress}");
}
