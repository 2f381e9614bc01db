namespace Ciliate.Policy.Tests.Resolution;

public sealed class PolicySetTests
{
    private static readonly PolicyKey Key = new(null, "p");

    [Fact]
    public void A_change_makes_a_new_set_and_leaves_the_old_one()
    {
        var policy = Policy("p");
        var added = PolicySet.Empty.Add(policy);
        var removed = added.Remove(Key);
        Assert.Equal((0, 1, 0), (PolicySet.Empty.Count, added.Count, removed.Count));
        Assert.Equal((0, 1, 2), (PolicySet.Empty.Revision, added.Revision, removed.Revision));
        Assert.Same(policy, added.Find(Key));
        Assert.Null(removed.Find(Key));
    }

    [Fact]
    public void Several_policies_are_put_in_as_one_revision_and_come_out_by_name()
    {
        var set = PolicySet.Create([Policy("b")], 41).Replace(Policy("c"), Policy("a"), Policy("b", "description: new, "));
        Assert.Equal(42, set.Revision);
        Assert.Equal(["a", "b", "c"], set.Select(policy => policy.Name));
        Assert.Equal("new", set.Find(new PolicyKey(null, "b"))!.Specs[0].Description);
    }

    [Fact]
    public void The_same_name_in_another_namespace_is_another_policy()
    {
        var other = PolicyReader.Read(Policies.WithHead("spec: {endpointSelector: {}}", space: "n"), "f")[0];
        var set = PolicySet.Empty.Add(Policy("p")).Add(other);
        Assert.Equal(["p", "n/p"], set.Select(policy => policy.Key.ToString()));
    }

    [Fact]
    public void The_same_name_of_another_kind_is_another_policy()
    {
        var set = PolicySet.Empty.Replace(PolicyReader.Read("""
            {apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: p, namespace: n}, spec: {podSelector: {}}}
            ---
            {apiVersion: cilium.io/v2, kind: CiliumClusterwideNetworkPolicy, metadata: {name: p}, spec: {endpointSelector: {}}}
            ---
            {apiVersion: cilium.io/v2, kind: CiliumNetworkPolicy, metadata: {name: p}, spec: {endpointSelector: {}}}
            """, "f"));
        string[] keys = [.. set.Select(policy => policy.Key.ToString())];
        Assert.Equal(["p", "ccnp:p", "knp:n/p"], keys);
        Assert.Equal(set.Select(policy => policy.Key), keys.Select(PolicyKey.Parse));
    }

    [Fact]
    public void Adding_what_is_there_and_removing_what_is_not_are_refused()
    {
        var set = PolicySet.Empty.Add(Policy("p"));
        Assert.Equal("policy \"p\" exists already", Assert.Throws<PolicyException>(() => set.Add(Policy("p"))).Message);
        Assert.Equal("policy \"n/p\" does not exist", Assert.Throws<PolicyException>(() => set.Remove(new PolicyKey("n", "p"))).Message);
    }

    [Fact]
    public void A_set_resolves_to_the_same_as_its_policies_before_and_after_a_change()
    {
        var peer = Policies.Identity(300, "a=b");
        var set = PolicySet.Empty.Add(Policy("p", "ingress: [{fromEndpoints: [{}]}], "));
        for (int round = 0; round < 2; round++)
        {
            Assert.Equal(
                PolicyEngine.Resolve([.. set], LabelSet.Empty, [peer]).Ingress.Entries,
                PolicyEngine.Resolve(set, LabelSet.Empty, [peer]).Ingress.Entries);
            set = set.Replace(Policy("p", "ingress: [{}], "));
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void After_any_changes_it_resolves_as_one_that_was_made_of_the_same_policies(int seed)
    {
        var random = new Random(seed);
        var set = PolicySet.Empty;
        for (int round = 0; round < 200; round++)
        {
            var before = set;
            set = set.Change(
                [.. Enumerable.Range(0, random.Next(3)).Select(_ => random.Next(8)).Distinct().Select(name => Random(random, name))],
                [.. Enumerable.Range(0, random.Next(3)).Select(_ => new PolicyKey(null, $"p{random.Next(8)}"))]);
            foreach (string labels in new[] { "a=0", "a=1", "a=2" })
                AssertAsFresh(before, set, LabelSet.Parse(labels));
            Assert.All(before.Concat(set).Select(policy => policy.Key), key =>
                Assert.True(before.Find(key) == set.Find(key) || (set.KeysThatDiffer(before).Contains(key) && before.KeysThatDiffer(set).Contains(key))));
            // Not always by way of the one before.
            set = random.Next(4) == 0 ? before : set;
        }
    }

    private static void AssertAsFresh(PolicySet before, PolicySet set, LabelSet labels)
    {
        var peer = Policies.Identity(300, "a=b");
        var fresh = PolicyEngine.Resolve([.. set], labels, [peer]);
        var resolved = PolicyEngine.Resolve(set, labels, [peer]);
        foreach (var direction in new[] { TrafficDirection.Ingress, TrafficDirection.Egress })
        {
            Assert.Equal(fresh.Direction(direction).Enforced, resolved.Direction(direction).Enforced);
            Assert.Equal(fresh.Direction(direction).Entries, resolved.Direction(direction).Entries);
        }
        if (before.RulesFor(labels) == set.RulesFor(labels))
            Assert.Equal(PolicyEngine.Resolve(before, labels, [peer]).Ingress.Entries, fresh.Ingress.Entries);
        Assert.Equal(PolicySet.Create(set, 1).NamedPrefixes(), set.NamedPrefixes());
    }

    private static NetworkPolicy Random(Random random, int name) => PolicyReader.Read(
        Policies.WithHead(
            $"spec: {{endpointSelector: {{matchLabels: {{a: \"{random.Next(3)}\"}}}}, "
            + $"{(random.Next(2) == 0 ? "ingress" : "ingressDeny")}: [{{fromEndpoints: [{{}}], toPorts: [{{ports: [{{port: \"{random.Next(1, 5)}\", protocol: TCP}}]}}]}}], "
            + $"egress: [{{toCIDR: [10.0.0.{random.Next(4)}/32]}}]}}",
            $"p{name}"),
        "f")[0];

    private static NetworkPolicy Policy(string name, string fields = "") =>
        PolicyReader.Read(Policies.WithHead($"spec: {{{fields}endpointSelector: {{}}}}", name), "f")[0];
}
