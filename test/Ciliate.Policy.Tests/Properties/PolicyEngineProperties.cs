using System.Net;
using CsCheck;
using LabelMap = System.Collections.Generic.Dictionary<(string Source, string Key), string>;

namespace Ciliate.Policy.Tests.Properties;

public sealed class PolicyEngineProperties
{
    private const uint FirstPeer = 256;
    private const int Iterations = 2_000;

    private static readonly Dictionary<uint, LabelMap> Reserved = new()
    {
        [ReservedIdentities.Host] = new LabelMap { [("reserved", "host")] = "" },
        [ReservedIdentities.World] = new LabelMap { [("reserved", "world")] = "" },
        [ReservedIdentities.RemoteNode] = new LabelMap { [("reserved", "remote-node")] = "" },
    };

    private static readonly string[] Outside = ["10.1.2.3", "10.1.2.4", "10.1.3.4", "10.2.3.4", "192.0.2.1"];

    [Fact]
    public void A_table_allows_exactly_what_the_documents_allow() => Generators.Cases.Sample(CheckAgainstOracle, iter: Iterations);

    [Fact]
    public void One_more_identity_adds_exactly_the_difference() => Generators.Cases.Sample(CheckIncrement, iter: Iterations);

    [Fact]
    public void The_order_of_policies_and_identities_does_not_matter() => Generators.Cases.Sample(CheckOrder, iter: Iterations);

    [Fact]
    public void Two_entries_that_match_the_same_packet_never_have_the_same_precedence() =>
        Generators.Cases.Sample(CheckPrecedences, iter: Iterations);

    [Fact]
    public void An_explanation_gives_the_tables_verdict_and_the_one_rule_that_decides() => Generators.Cases.Sample(CheckExplanation, iter: Iterations);

    private static void CheckAgainstOracle(Case world)
    {
        var tables = Resolve(world);
        var ports = Ports(world);
        foreach (var (number, peer) in Peers(world))
        {
            foreach (bool ingress in new[] { true, false })
            {
                foreach (byte protocol in new[] { IpProtocols.Tcp, IpProtocols.Udp, IpProtocols.Icmp })
                {
                    foreach (ushort port in protocol == IpProtocols.Icmp ? [0, 8, 13] : ports)
                        Check(world, tables, number, peer, ingress, protocol, port);
                }
            }
        }
    }

    /// <summary>Containers, reserved identities, and addresses outside with the identity of their longest prefix.</summary>
    private static IEnumerable<(uint Number, Party Peer)> Peers(Case world)
    {
        var prefixes = Identities(world).Where(identity => identity.Prefix is not null).OrderBy(identity => identity.Prefix!.Value.PrefixLength).ToList();
        return world.Peers.Select((peer, index) => (FirstPeer + (uint)index, peer))
            .Concat(Reserved.Select(reserved => (reserved.Key, new Party(reserved.Value, null))))
            .Concat(Outside.Select(address => (
                prefixes.LastOrDefault(identity => identity.Prefix!.Value.Contains(IPAddress.Parse(address)))?.Number ?? ReservedIdentities.World,
                new Party(Reserved[ReservedIdentities.World], null, address))));
    }

    private static void Check(Case world, EndpointPolicy tables, uint number, Party peer, bool ingress, byte protocol, ushort port)
    {
        bool? wanted = Oracle.Allows(world.Policies, world.Endpoint, peer, ingress, protocol, port, world.AllowHost);
        var verdict = VerdictTable.Evaluate(ingress ? tables.Ingress : tables.Egress, number, protocol, port);
        if (verdict.Allowed != (wanted ?? true) || verdict.Reason == VerdictReason.NotEnforced != wanted is null)
            Assert.Fail($"peer {number} {peer.Address}, {(ingress ? "ingress" : "egress")}, protocol {protocol}, port {port}: {verdict}\n{Yaml(world)}");
    }

    private static void CheckExplanation(Case world)
    {
        var tables = Resolve(world);
        var policies = PolicySet.Empty.Replace(Read(world));
        var options = new ResolveOptions { AllowHostIngress = world.AllowHost };
        foreach (var identity in Identities(world))
        {
            foreach (var direction in new[] { TrafficDirection.Ingress, TrafficDirection.Egress })
            {
                var verdict = VerdictTable.Evaluate(tables.Direction(direction), identity.Number, IpProtocols.Tcp, 80);
                var explained = PolicyEngine.Explain(
                    policies, ToSet(world.Endpoint.Labels), direction, identity, IpProtocols.Tcp, 80, options, NamedPorts(world.Endpoint));
                Assert.Equal(verdict, explained.Verdict);
                Assert.Equal(
                    verdict.Entry is { } entry ? [entry.Rule] : [],
                    explained.Rules.Where(rule => rule.Outcome == RuleOutcome.Decided).Select(rule => rule.Reference));
                Assert.All(explained.Rules, rule => Assert.False(rule.Outcome == RuleOutcome.Overruled && (verdict.Allowed || rule.Reference.Deny)));
                Assert.All(explained.Rules, rule => Assert.False(rule.Outcome == RuleOutcome.Agrees && verdict.Allowed == rule.Reference.Deny));
            }
        }
    }

    private static void CheckIncrement(Case world)
    {
        var policies = Read(world);
        var endpoint = ToSet(world.Endpoint.Labels);
        var own = NamedPorts(world.Endpoint);
        var all = Identities(world);
        var options = new ResolveOptions { AllowHostIngress = world.AllowHost };
        for (int count = 0; count < all.Length; count++)
        {
            var without = PolicyEngine.Resolve(policies, endpoint, all[..count], options, own);
            var with = PolicyEngine.Resolve(policies, endpoint, all[..(count + 1)], options, own);
            var added = PolicyEngine.ResolveIdentities(policies, endpoint, new IdentitySet([all[count]]), own);
            foreach (var direction in new[] { TrafficDirection.Ingress, TrafficDirection.Egress })
            {
                Assert.Equal(with.Direction(direction).Entries.Except(without.Direction(direction).Entries), added.Direction(direction).Entries);
                Assert.Empty(without.Direction(direction).Entries.Except(with.Direction(direction).Entries));
                Assert.Equal(with.Direction(direction).Enforced, added.Direction(direction).Enforced);
            }
        }
        foreach (var reserved in ReservedIdentities.All)
        {
            var added = PolicyEngine.ResolveIdentities(policies, endpoint, new IdentitySet([reserved]));
            Assert.Empty(added.Ingress.Entries.Concat(added.Egress.Entries));
        }
    }

    private static void CheckOrder(Case world)
    {
        var options = new ResolveOptions { AllowHostIngress = world.AllowHost };
        var one = Resolve(world);
        var set = PolicySet.Empty.Replace(Read(world).Reverse());
        var other = PolicyEngine.Resolve(set, ToSet(world.Endpoint.Labels), new IdentitySet(Identities(world).Reverse()), options, NamedPorts(world.Endpoint));
        Assert.Equal(one.Ingress.Entries, other.Ingress.Entries);
        Assert.Equal(one.Egress.Entries, other.Egress.Entries);
    }

    private static void CheckPrecedences(Case world)
    {
        var tables = Resolve(world);
        foreach (var direction in new[] { tables.Ingress, tables.Egress })
        {
            foreach (ushort port in Ports(world))
            {
                foreach (uint peer in direction.Entries.Select(entry => entry.Peer).Distinct())
                {
                    var matching = direction.Entries.Where(entry => entry.Matches(peer, IpProtocols.Tcp, port)).ToList();
                    Assert.Equal(matching.Count, matching.Select(entry => entry.Precedence).Distinct().Count());
                }
            }
        }
    }

    private static EndpointPolicy Resolve(Case world) => PolicyEngine.Resolve(
        Read(world), ToSet(world.Endpoint.Labels), Identities(world), new ResolveOptions { AllowHostIngress = world.AllowHost }, NamedPorts(world.Endpoint));

    /// <summary>The ends of each range that is written, and their neighbours.</summary>
    private static HashSet<ushort> Ports(Case world)
    {
        var written = world.Policies.SelectMany(policy => policy.Specs)
            .SelectMany(spec => new[] { spec.Ingress.Allow, spec.Ingress.Deny, spec.Egress.Allow, spec.Egress.Deny })
            .SelectMany(rules => rules ?? [])
            .SelectMany(rule => rule.ToPorts ?? [])
            .SelectMany(ports => ports ?? [])
            .SelectMany(port => new int[] { port.Port, port.EndPort ?? port.Port });
        var near = written.SelectMany(port => new[] { port - 1, port, port + 1 });
        return [80, 81, .. near.Where(port => port is > 0 and <= 65535).Select(port => (ushort)port)];
    }

    private static string Yaml(Case world) => string.Join("\n---\n", world.Policies.Select(policy => policy.ToYaml()));

    private static IReadOnlyList<NetworkPolicy> Read(Case world) => world.Policies.Length == 0 ? [] : PolicyReader.Read(Yaml(world), "generated");

    private static Identity[] Identities(Case world) =>
    [
        .. world.Peers.Select((peer, index) => new Identity(FirstPeer + (uint)index, ToSet(peer.Labels)) { NamedPorts = NamedPorts(peer) }),
        .. PolicySet.Empty.Replace(Read(world)).NamedPrefixes()
            .Select((prefix, index) => Identity.OfPrefix(IdentityNumbers.LocalScope + (uint)index, prefix)),
    ];

    private static NamedPort[] NamedPorts(Party party) => party.Http is { } port ? [new NamedPort("http", IpProtocols.Tcp, port)] : [];

    private static LabelSet ToSet(LabelMap labels) =>
        LabelSet.Create(labels.Select(label => new Label(label.Key.Source, label.Key.Key, label.Value)));
}
