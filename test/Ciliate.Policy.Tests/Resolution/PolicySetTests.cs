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

    private static NetworkPolicy Policy(string name, string fields = "") =>
        PolicyReader.Read(Policies.WithHead($"spec: {{{fields}endpointSelector: {{}}}}", name), "f")[0];
}
