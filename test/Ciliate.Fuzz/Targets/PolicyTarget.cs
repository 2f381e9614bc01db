using System.Net;
using System.Text;
using Ciliate.Policy;

namespace Ciliate.Fuzz.Targets;

/// <summary>Policy files: refused in one line that names the place, or read, resolved into verdict tables, and read again from the text that
/// the agent stores with the same tables.</summary>
internal sealed class PolicyTarget : IFuzzTarget
{
    private const string Source = "p.yaml";

    private static readonly LabelSet[] s_endpoints = [LabelSet.Parse("app=web"), LabelSet.Parse("k8s:app=db", "tier=back")];
    private static readonly NamedPort[] s_ports = [new("http", 6, 8080), new("dns", 17, 53)];

    public string Name => "policy";

    public IReadOnlyList<string> Instrumented => ["Ciliate.Policy.dll", "YamlDotNet.dll"];

    public int LongestInput => 8 << 10;

    public string? Dictionary => "policy.dict";

    public void Try(ReadOnlyMemory<byte> input)
    {
        string text = Encoding.UTF8.GetString(input.Span);
        if (ReadIfSound(text) is not { } policies)
            return;
        Expect.True(policies.Count > 0, "a text was read as no policy");
        PolicySet set = PolicySet.Empty.Replace(policies);
        PolicySet again = PolicySet.Empty.Replace(policies.Select(ReadAgain));
        IdentitySet identities = IdentitiesFor(set);
        foreach (LabelSet endpoint in s_endpoints)
        {
            EndpointPolicy tables = PolicyEngine.Resolve(set, endpoint, identities, namedPorts: s_ports);
            EndpointPolicy repeated = PolicyEngine.Resolve(again, endpoint, identities, namedPorts: s_ports);
            foreach (TrafficDirection direction in Enum.GetValues<TrafficDirection>())
            {
                Compare(tables.Direction(direction), repeated.Direction(direction));
                Explain(set, endpoint, direction, tables.Direction(direction), identities);
            }
        }
    }

    private static IReadOnlyList<NetworkPolicy>? ReadIfSound(string text)
    {
        try
        {
            return PolicyReader.Read(text, Source);
        }
        catch (PolicyException error)
        {
            Expect.OneLine(error, $"{Source}:");
            return null;
        }
    }

    private static NetworkPolicy ReadAgain(NetworkPolicy policy)
    {
        IReadOnlyList<NetworkPolicy> again = PolicyReader.Read(policy.SourceYaml, Source);
        Expect.Equal(1, again.Count, $"the stored text of {policy.Key} is not one policy");
        Expect.Equal(policy.Key, again[0].Key, "the stored text is another policy");
        return again[0];
    }

    private static IdentitySet IdentitiesFor(PolicySet set)
    {
        uint number = IdentityNumbers.LocalScope;
        var prefixes = new List<Identity>();
        foreach (IPNetwork prefix in set.NamedPrefixes())
            prefixes.Add(Identity.OfPrefix(++number, prefix));
        return new IdentitySet([new Identity(256, s_endpoints[0]) { NamedPorts = s_ports }, new Identity(257, s_endpoints[1]), .. prefixes]);
    }

    private static void Compare(DirectionPolicy read, DirectionPolicy repeated)
    {
        Expect.Equal(read.Enforced, repeated.Enforced, "the stored text is enforced otherwise");
        Expect.True(read.Entries.SequenceEqual(repeated.Entries), "the stored text gives other verdicts");
    }

    /// <summary>What is told to people is what the table says.</summary>
    private static void Explain(PolicySet set, LabelSet endpoint, TrafficDirection direction, DirectionPolicy table, IdentitySet identities)
    {
        const byte tcp = 6;
        const ushort port = 8080;
        Identity peer = identities.First(identity => identity.Number == 256);
        Explanation explanation = PolicyEngine.Explain(set, endpoint, direction, peer, tcp, port, namedPorts: s_ports);
        Expect.Equal(VerdictTable.Evaluate(table, peer.Number, tcp, port).Allowed, explanation.Verdict.Allowed, "explained is another verdict");
    }
}
