using CsCheck;
using LabelMap = System.Collections.Generic.Dictionary<(string Source, string Key), string>;

namespace Ciliate.Policy.Tests.Properties;

public sealed class PolicyEngineProperties
{
    private const byte Icmp = 1;
    private const uint FirstPeer = 256;
    private const int Iterations = 2_000;

    private static readonly Dictionary<uint, LabelMap> Reserved = new()
    {
        [ReservedIdentities.Host] = new LabelMap { [("reserved", "host")] = "" },
        [ReservedIdentities.World] = new LabelMap { [("reserved", "world")] = "" },
        [ReservedIdentities.RemoteNode] = new LabelMap { [("reserved", "remote-node")] = "" },
    };

    [Fact]
    public void A_table_allows_exactly_what_the_documents_allow() => Generators.Cases.Sample(CheckAgainstOracle, iter: Iterations);

    [Fact]
    public void One_more_identity_adds_exactly_the_difference() => Generators.Cases.Sample(CheckIncrement, iter: Iterations);

    [Fact]
    public void The_order_of_policies_and_identities_does_not_matter() => Generators.Cases.Sample(CheckOrder, iter: Iterations);

    [Fact]
    public void Two_entries_that_match_the_same_packet_never_have_the_same_precedence() =>
        Generators.Cases.Sample(CheckPrecedences, iter: Iterations);

    private static void CheckAgainstOracle(Case world)
    {
        var tables = Resolve(world);
        var peers = world.Peers.Select((labels, index) => (Number: FirstPeer + (uint)index, Labels: labels))
            .Concat(Reserved.Select(reserved => (Number: reserved.Key, Labels: reserved.Value)));
        var ports = Ports(world);
        foreach (var (number, labels) in peers)
        {
            foreach (bool ingress in new[] { true, false })
            {
                foreach (byte protocol in new[] { IpProtocols.Tcp, IpProtocols.Udp, Icmp })
                {
                    foreach (ushort port in protocol == Icmp ? [0] : ports)
                        Check(world, tables, number, labels, ingress, protocol, port);
                }
            }
        }
    }

    private static void Check(Case world, EndpointPolicy tables, uint number, LabelMap labels, bool ingress, byte protocol, ushort port)
    {
        bool? wanted = Oracle.Allows(world.Policies, world.Endpoint, labels, ingress, protocol, port, world.AllowHost);
        var verdict = VerdictTable.Evaluate(ingress ? tables.Ingress : tables.Egress, number, protocol, port);
        if (verdict.Allowed != (wanted ?? true) || verdict.Reason == VerdictReason.NotEnforced != wanted is null)
            Assert.Fail($"peer {number}, {(ingress ? "ingress" : "egress")}, protocol {protocol}, port {port}: {verdict}\n{Yaml(world)}");
    }

    private static void CheckIncrement(Case world)
    {
        var policies = Read(world);
        var endpoint = ToSet(world.Endpoint);
        var all = Identities(world);
        var options = new ResolveOptions { AllowHostIngress = world.AllowHost };
        for (int count = 0; count < all.Length; count++)
        {
            var without = PolicyEngine.Resolve(policies, endpoint, all[..count], options);
            var with = PolicyEngine.Resolve(policies, endpoint, all[..(count + 1)], options);
            var added = PolicyEngine.ResolveIdentities(policies, endpoint, new IdentitySet([all[count]]));
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
        var other = PolicyEngine.Resolve(set, ToSet(world.Endpoint), new IdentitySet(Identities(world).Reverse()), options);
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
        Read(world), ToSet(world.Endpoint), Identities(world), new ResolveOptions { AllowHostIngress = world.AllowHost });

    /// <summary>The ends of each range that is written, and their neighbours.</summary>
    private static HashSet<ushort> Ports(Case world)
    {
        var written = world.Policies.SelectMany(policy => policy.Specs)
            .SelectMany(spec => (spec.Ingress ?? []).Concat(spec.Egress ?? []))
            .SelectMany(rule => rule.ToPorts ?? [])
            .SelectMany(ports => ports ?? [])
            .SelectMany(port => new int[] { port.Port, port.EndPort ?? port.Port });
        var near = written.SelectMany(port => new[] { port - 1, port, port + 1 });
        return [80, .. near.Where(port => port is > 0 and <= 65535).Select(port => (ushort)port)];
    }

    private static string Yaml(Case world) => string.Join("\n---\n", world.Policies.Select(policy => policy.ToYaml()));

    private static IReadOnlyList<NetworkPolicy> Read(Case world) => world.Policies.Length == 0 ? [] : PolicyReader.Read(Yaml(world), "generated");

    private static Identity[] Identities(Case world) =>
        [.. world.Peers.Select((labels, index) => new Identity(FirstPeer + (uint)index, ToSet(labels)))];

    private static LabelSet ToSet(LabelMap labels) =>
        LabelSet.Create(labels.Select(label => new Label(label.Key.Source, label.Key.Key, label.Value)));
}
