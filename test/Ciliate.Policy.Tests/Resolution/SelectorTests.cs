namespace Ciliate.Policy.Tests.Resolution;

public sealed class SelectorTests
{
    [Theory]
    [InlineData("{}", "app=web", true)]
    [InlineData("{}", "", true)]
    [InlineData("{}", "reserved:world", false)]
    [InlineData("{}", "reserved:host,k8s:node=a", false)]
    [InlineData("{matchLabels: {app: web}}", "app=web", true)]
    [InlineData("{matchLabels: {app: web}}", "k8s:app=web", true)]
    [InlineData("{matchLabels: {app: web}}", "app=webs", false)]
    [InlineData("{matchLabels: {app: ''}}", "app", true)]
    [InlineData("{matchLabels: {app: ''}}", "", false)]
    [InlineData("{matchLabels: {app: web, tier: a}}", "app=web,tier=a,env=b", true)]
    [InlineData("{matchLabels: {app: web, tier: a}}", "app=web", false)]
    [InlineData("{matchLabels: {'k8s:app': web}}", "container:app=web", false)]
    [InlineData("{matchLabels: {'k8s:app': web}}", "container:app=x,k8s:app=web", true)]
    [InlineData("{matchLabels: {host: ''}}", "reserved:host", false)]
    [InlineData("{matchLabels: {'reserved:host': ''}}", "reserved:host", true)]
    [InlineData("{matchLabels: {'reserved:host': ''}}", "reserved:world", false)]
    [InlineData("{matchLabels: {'reserved:host': ''}}", "host", false)]
    [InlineData("{matchExpressions: [{key: 'reserved:host', operator: DoesNotExist}]}", "app=web", true)]
    [InlineData("{matchExpressions: [{key: 'reserved:host', operator: DoesNotExist}]}", "reserved:world", true)]
    [InlineData("{matchExpressions: [{key: 'reserved:host', operator: DoesNotExist}]}", "reserved:host", false)]
    [InlineData("{matchExpressions: [{key: app, operator: In, values: [a, b]}]}", "app=b", true)]
    [InlineData("{matchExpressions: [{key: app, operator: In, values: [a, b]}]}", "app=c", false)]
    [InlineData("{matchExpressions: [{key: app, operator: In, values: [a, b]}]}", "app=c,k8s:app=a", true)]
    [InlineData("{matchExpressions: [{key: app, operator: NotIn, values: [a, b]}]}", "app=c", true)]
    [InlineData("{matchExpressions: [{key: app, operator: NotIn, values: [a, b]}]}", "tier=a", true)]
    [InlineData("{matchExpressions: [{key: app, operator: NotIn, values: [a, b]}]}", "app=c,k8s:app=a", false)]
    [InlineData("{matchExpressions: [{key: app, operator: NotIn, values: [a, b]}]}", "reserved:world", false)]
    [InlineData("{matchExpressions: [{key: app, operator: Exists}]}", "app", true)]
    [InlineData("{matchExpressions: [{key: app, operator: Exists}]}", "application=a", false)]
    [InlineData("{matchExpressions: [{key: app, operator: DoesNotExist}]}", "application=a", true)]
    [InlineData("{matchExpressions: [{key: app, operator: DoesNotExist}]}", "app=a", false)]
    [InlineData("{matchExpressions: [{key: 'k8s:app', operator: DoesNotExist}]}", "app=a", true)]
    public void A_selector_selects_or_not(string selector, string labels, bool selected)
    {
        var read = Policies.Read($"spec: {{endpointSelector: {selector}}}")[0].Specs[0].EndpointSelector;
        Assert.Equal(selected, read.Matches(Policies.Labels(labels)));
        var identity = Policies.Identity(300, labels);
        Assert.Equal(selected, new IdentitySet([identity]).Match(read).Contains(300u));
    }

    [Fact]
    public void The_same_conditions_in_another_order_are_the_same_selector()
    {
        var one = Selector("{matchLabels: {a: b, c: d}, matchExpressions: [{key: e, operator: In, values: [x, y]}]}");
        var other = Selector("{matchExpressions: [{key: e, operator: In, values: [y, x, y]}], matchLabels: {'any:c': d, a: b}}");
        Assert.Equal(one, other);
        Assert.Equal(one.GetHashCode(), other.GetHashCode());
        Assert.Equal("any:a=b, any:c=d, any:e in (x,y)", other.ToString());
    }

    [Fact]
    public void Different_conditions_are_different_selectors()
    {
        string[] all =
        [
            "{}", "{matchLabels: {a: b}}", "{matchLabels: {'k8s:a': b}}", "{matchLabels: {a: c}}", "{matchLabels: {b: b}}",
            "{matchExpressions: [{key: a, operator: NotIn, values: [b]}]}", "{matchExpressions: [{key: a, operator: Exists}]}",
            "{matchExpressions: [{key: a, operator: DoesNotExist}]}", "{matchExpressions: [{key: a, operator: In, values: [b, c]}]}",
        ];
        Assert.Equal(all.Length, all.Select(Selector).ToHashSet().Count);
    }

    [Fact]
    public void An_identity_number_is_given_once_and_never_0()
    {
        var twice = Assert.Throws<ArgumentException>(() => new IdentitySet([Policies.Identity(300, "a=b"), Policies.Identity(300, "a=c")]));
        Assert.StartsWith("identity number 300 is given twice", twice.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => new IdentitySet([Policies.Identity(0, "a=b")]));
    }

    [Fact]
    public void A_reserved_identity_may_be_given_with_more_labels()
    {
        var set = new IdentitySet([Policies.Identity(ReservedIdentities.Host, "reserved:host,reserved:kube-apiserver")]);
        Assert.Equal(ReservedIdentities.All.Count, set.Count);
        Assert.Equal([1u, 7u], set.Match(Selector("{matchLabels: {'reserved:kube-apiserver': ''}}")).ToArray());
    }

    private static LabelSelector Selector(string yaml) => Policies.Read($"spec: {{endpointSelector: {yaml}}}")[0].Specs[0].EndpointSelector;
}
