using System.Globalization;
using System.Text.Json;
using Ciliate.EndToEnd.Tests.OneHost;
using Ciliate.EndToEnd.Tests.Probes;
using Xunit;

namespace Ciliate.EndToEnd.Tests.Policies;

/// <summary>What <c>policy explain</c> says is what happens to packets.</summary>
public sealed class ExplainTests : IClassFixture<PolicyHost>
{
    private const string Policies = """
        apiVersion: cilium.io/v2
        kind: CiliumNetworkPolicy
        metadata:
          name: server
        spec:
          endpointSelector:
            matchLabels:
              app: server
          ingress:
            - fromEndpoints:
                - matchLabels: {tier: front}
              toPorts: [{ports: [{port: "80", protocol: TCP}, {port: "8000", endPort: 8100, protocol: UDP}]}]
          ingressDeny:
            - fromEndpoints:
                - matchLabels: {app: other}
              toPorts: [{ports: [{port: "8050", protocol: UDP}]}]
        ---
        apiVersion: cilium.io/v2
        kind: CiliumClusterwideNetworkPolicy
        metadata:
          name: server
        spec:
          endpointSelector:
            matchLabels:
              app: server
          egressDeny:
            - toEndpoints:
                - matchLabels: {app: client}
              toPorts: [{ports: [{port: "81", protocol: TCP}]}]
          enableDefaultDeny: {egress: false}
        """;

    private readonly PolicyHost _fixture;

    public ExplainTests(PolicyHost fixture)
    {
        _fixture = fixture;
        fixture.Host.DeletePolicies();
        fixture.Host.Apply(Policies);
    }

    public static TheoryData<string, string, int, Transport, bool, string> Cases { get; } = new()
    {
        { "client", "server", 80, Transport.Tcp, true, "server/ingress[0]" },
        { "client", "server", 80, Transport.Udp, false, "default-deny" },
        { "client", "server", 81, Transport.Tcp, false, "default-deny" },
        { "client", "server", 8050, Transport.Udp, true, "server/ingress[0]" },
        { "other", "server", 8050, Transport.Udp, false, "server/ingressDeny[0]" },
        { "other", "server", 8000, Transport.Udp, true, "server/ingress[0]" },
        { "other", "server", 8101, Transport.Udp, false, "default-deny" },
        { "other", "client", 80, Transport.Tcp, true, "not-enforced" },
        { "server", "client", 80, Transport.Tcp, true, "not-enforced" },
        { "server", "client", 81, Transport.Tcp, false, "ccnp:server/egressDeny[0]" },
        { "host", "server", 81, Transport.Tcp, true, "host-access" },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public void It_agrees_with_the_kernel(string from, string to, int port, Transport transport, bool allowed, string rule)
    {
        JsonElement answer = _fixture.Host.Ciliate.Json(
            "policy", "explain", "--from", from, "--to", to, "--port", string.Create(CultureInfo.InvariantCulture, $"{port}/{transport}"));
        Assert.Equal((allowed ? "allowed" : "denied", rule), (answer.GetProperty("verdict").GetString(), Decider(answer)));

        foreach (Family family in new[] { Family.IPv4, Family.IPv6 })
        {
            if (allowed)
                _fixture.Host.Passes(Place(from), Place(to), port, family, transport);
            else
                AssertDropped(from, to, port, family, transport, rule);
        }
    }

    [Fact]
    public void A_recorded_flow_is_explained_with_its_file_and_with_what_was_told_then()
    {
        _fixture.Host.Drops(_fixture.Other, _fixture.Server, 8050, Family.IPv4, Transport.Udp, Expectations.IngressDenied);
        string id = _fixture.Host.Ciliate.Observe("--verdict", "dropped", "--from", "other", "--port", "8050")[^1].Json.GetProperty("id").ToString();

        JsonElement answer = _fixture.Host.Ciliate.Json("policy", "explain", "--flow", id);

        JsonElement ingress = answer.GetProperty("ingress");
        Assert.Equal("server/ingressDeny[0]", answer.GetProperty("recorded").GetProperty("rule").GetString());
        Assert.Equal("server/ingressDeny[0]", ingress.GetProperty("rule").GetString());
        Assert.EndsWith("policy.yaml", ingress.GetProperty("file").GetString(), StringComparison.Ordinal);
        Assert.Equal(
            ["server/ingressDeny[0] decided", "server/ingress[0] overruled by a denial"],
            ingress.GetProperty("candidates").EnumerateArray().Select(rule => $"{rule.GetProperty("rule")} {rule.GetProperty("outcome")}"));
    }

    [Theory]
    [InlineData("nobody", "server", "there is no endpoint \"nobody\"")]
    [InlineData("app=nobody", "server", "no endpoint has the labels 'app=nobody'")]
    [InlineData("tier=front", "server", "endpoints of several identities have the labels 'tier=front': client, other")]
    [InlineData("world", "host", "neither side is an endpoint")]
    [InlineData("identity:9999", "server", "there is no identity '9999'")]
    [InlineData("10.0.0.0/8", "server", "'10.0.0.0/8' names no side of a packet")]
    public void Whom_it_cannot_find_it_names(string from, string to, string problem) => Assert.Contains(
        problem, _fixture.Host.Ciliate.Refused("policy", "explain", "--from", from, "--to", to, "--port", "80"), StringComparison.Ordinal);

    private void AssertDropped(string from, string to, int port, Family family, Transport transport, string rule)
    {
        _fixture.Host.Drops(
            Place(from), Place(to), port, family, transport,
            rule.Contains("/egress", StringComparison.Ordinal) ? Expectations.EgressDenied : Expectations.IngressDenied);
        Assert.Equal(rule, _fixture.Host.Ciliate.Observe("--verdict", "dropped", "--from", from, "--to", to)[^1].Rule);
    }

    /// <summary>The rule of the side that denies, else of the receiver.</summary>
    private static string? Decider(JsonElement answer)
    {
        JsonElement ingress = answer.GetProperty("ingress");
        bool byEgress = answer.TryGetProperty("egress", out JsonElement egress) && egress.GetProperty("verdict").GetString() == "denied";
        return (byEgress ? egress : ingress).GetProperty("rule").GetString();
    }

    private IPlace Place(string name) => name switch
    {
        "server" => _fixture.Server,
        "client" => _fixture.Client,
        "other" => _fixture.Other,
        _ => _fixture.Host,
    };
}
