using System.Text;

namespace Ciliate.Policy.Tests.Yaml;

/// <summary>Valid policies after random edits are read, or refused in one line; nothing else happens.</summary>
public sealed class MutationTests
{
    private const int EditedTexts = 6_000;

    private const string Valid = """
        # shop
        apiVersion: cilium.io/v2
        kind: CiliumNetworkPolicy
        metadata:
          name: web
          namespace: shop
          labels: {team: "a"}
        spec:
          description: >
            front
          endpointSelector:
            matchLabels: {app: web, "k8s:tier": 'front'}
            matchExpressions:
            - {key: env, operator: In, values: [live, test]}
            - key: old
              operator: DoesNotExist
          ingress:
          - fromEndpoints:
            - matchLabels:
                app: lb
            toPorts:
            - ports:
              - {port: "80", protocol: TCP}
              - port: 8000
                endPort: 8080
          egress:
          - toEndpoints: [{}]
          - {}
        ---
        apiVersion: cilium.io/v2
        kind: CiliumNetworkPolicy
        metadata: {name: db}
        specs:
        - endpointSelector: {}
          ingress: []
          enableDefaultDeny: {ingress: false, egress: true}
          ingressDeny:
          - fromCIDRSet: [{cidr: 10.0.0.0/8, except: ["10.1.0.0/16", 10.2.0.0/15]}]
            toPorts: [{ports: [{port: http}, {port: "0", protocol: GRE}]}]
          - fromEntities: [world, remote-node]
            icmps: [{fields: [{type: 8}, {family: IPv6, type: EchoRequest}]}]
          egressDeny:
          - toCIDR: [2001:db8::1, "fd00::/8"]
        ---
        apiVersion: networking.k8s.io/v1
        kind: NetworkPolicy
        metadata: {name: web, namespace: shop}
        spec:
          podSelector: {}
          policyTypes: [Ingress, Egress]
          ingress:
          - from:
            - podSelector: {matchLabels: {app: a}}
              namespaceSelector: {}
            - ipBlock: {cidr: "fd00::/8", except: ["fd01::/16"]}
            ports: [{port: 80, endPort: 81}, {port: dns, protocol: UDP}]
        """;

    private static readonly string[] Tokens =
    [
        "{", "}", "[", "]", ",", ":", "- ", "? ", "&a ", "*a", "!!str ", "!<x>", "|", ">", "'", "\"", "#", "%", "@", "`", "\t", "\n", "\r", "\0",
        "---", "...", "\n---\n", "<<: ", "null", "~", "\\", "\u0085", "\u2028", "\ufeff", "\ud800", "é", "99999999999999999999", "-1", "0", "  ", "\n    ",
    ];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void An_edited_policy_is_read_or_refused_in_one_line(int seed)
    {
        var random = new Random(seed);
        for (int i = 0; i < EditedTexts; i++)
        {
            string text = Edited(random);
            try
            {
                Check(PolicyReader.Read(text, "p.yaml"));
            }
            catch (PolicyException e)
            {
                Assert.Matches(@"\Ap\.yaml:[1-9][0-9]*: [^\r\n]+\z", e.Message);
            }
            catch (Exception e) when (e is not Xunit.Sdk.XunitException)
            {
                Assert.Fail($"seed {seed}, edit {i}: {e}\n{text}");
            }
        }
    }

    private static void Check(IReadOnlyList<NetworkPolicy> policies)
    {
        Assert.NotEmpty(policies);
        foreach (var policy in policies)
        {
            var again = Assert.Single(PolicyReader.Read(policy.SourceYaml, "again"));
            Assert.Equal(policy.Key, again.Key);
            Assert.Equal(policy.Specs.Select(Text), again.Specs.Select(Text));
        }
        PolicyEngine.Resolve(policies, LabelSet.Parse("app=web"), [Policies.Identity(256, "app=lb")]);
    }

    private static string Text(PolicySpec spec) =>
        $"{spec.Index} {spec.Description} {spec.EndpointSelector} {Text(spec.Ingress)} {Text(spec.Egress)}";

    private static string Text(DirectionRules rules) => $"{rules.DefaultDeny} {Text(rules.Allow)} {Text(rules.Deny)}";

    private static string Text(IReadOnlyList<PolicyRule> rules) =>
        string.Join(';', rules.Select(rule => $"{Joined(rule.Peers)}/{Joined(rule.Ports)}"));

    private static string Joined<T>(IEnumerable<T>? items) => items is null ? "-" : $"[{string.Join('|', items)}]";

    private static string Edited(Random random)
    {
        var text = new StringBuilder(Valid);
        for (int edits = random.Next(1, 5); edits > 0; edits--)
            Edit(text, random);
        return text.ToString();
    }

    private static void Edit(StringBuilder text, Random random)
    {
        int at = random.Next(text.Length);
        int length = Math.Min(random.Next(1, 12), text.Length - at);
        switch (random.Next(5))
        {
            case 0:
                text.Remove(at, Math.Min(length, text.Length - 1));
                break;
            case 1:
                text.Insert(at, Tokens[random.Next(Tokens.Length)]);
                break;
            case 2:
                text.Insert(random.Next(text.Length), text.ToString(at, length));
                break;
            case 3:
                text[at] = (char)random.Next(1, 0x250);
                break;
            default:
                string[] lines = text.ToString().Split('\n');
                random.Shuffle(lines.AsSpan(0, Math.Min(lines.Length, random.Next(2, 6))));
                text.Clear().AppendJoin('\n', lines);
                break;
        }
    }
}
