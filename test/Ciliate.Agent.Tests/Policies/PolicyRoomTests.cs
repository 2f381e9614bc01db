using Ciliate.Agent.Endpoints;
using Ciliate.Agent.Tests.Fakes;
using Ciliate.Datapath;
using Ciliate.Policy;
using Xunit;

namespace Ciliate.Agent.Tests.Policies;

/// <summary>Policies that ask for more lines than the table has room for: peers times ports.</summary>
public sealed class PolicyRoomTests : IDisposable
{
    // Each of the prefixes is in the first one too, with each of its ports.
    private const int Many = 20;
    private const int Lines = Many * Many;

    private static readonly PolicyKey s_big = new(null, "big");

    private readonly TestAgent _agent = new();

    public void Dispose() => _agent.Dispose();

    [Fact]
    public void A_policy_that_does_not_fit_is_refused_by_name_and_leaves_nothing_behind()
    {
        _agent.Add("web", "app=web");
        _agent.Datapath.PolicyCapacity = Lines;
        IReadOnlyList<string> before = _agent.StateFiles;
        _agent.Datapath.Calls.Clear();

        var refusal = Assert.Throws<DatapathException>(() => _agent.Apply(Big("web")));

        Assert.Contains("policy 'big'", refusal.Message, StringComparison.Ordinal);
        Assert.Contains($"more than {Lines} lines", refusal.Message, StringComparison.Ordinal);
        Assert.Equal(before, _agent.StateFiles);
        Assert.Empty(_agent.Datapath.Calls);
        Assert.Empty(_agent.Services.Policies.Current.Policies);
    }

    [Fact]
    public void All_endpoints_together_have_to_fit()
    {
        _agent.Add("web", "app=web");
        _agent.Add("other", "app=web", "tier=2");
        _agent.Datapath.PolicyCapacity = 3 * Lines / 2;

        Assert.Throws<DatapathException>(() => _agent.Apply(Big("web")));

        _agent.Datapath.PolicyCapacity = 3 * Lines;
        Assert.Equal(2, _agent.Apply(Big("web")).Regenerated.Count);
    }

    [Fact]
    public void An_agent_that_finds_such_a_policy_starts_and_lets_it_be_deleted()
    {
        Endpoint web = _agent.Add("web", "app=web");
        _agent.Apply(Big("web"));
        _agent.Datapath.PolicyCapacity = Lines;
        _agent.Datapath.InterfaceLives = index => index == web.HostIfIndex;

        _agent.Restart();

        Assert.Contains("policy 'big'", Assert.Single(_agent.Services.Endpoints.Endpoints.Rows).Problem, StringComparison.Ordinal);
        _agent.Services.Policies.Delete(s_big);
        Assert.Empty(_agent.Services.Policies.Current.Policies);
    }

    private static string Big(string app)
    {
        string rules = string.Join(", ", Enumerable.Range(0, Many).SelectMany(i => new[] { Rule("10.0.0.0/8", 2 * i + 1), Rule($"10.{i}.0.0/16", 1000) }));
        return $$"""
            apiVersion: cilium.io/v2
            kind: CiliumNetworkPolicy
            metadata: {name: big}
            spec:
              endpointSelector:
                matchLabels:
                  app: {{app}}
              egress: [{{rules}}]
            """;
    }

    private static string Rule(string prefix, int port) =>
        $"{{toCIDR: [{prefix}], toPorts: [{{ports: [{{port: '{port}', protocol: TCP}}]}}]}}";
}
