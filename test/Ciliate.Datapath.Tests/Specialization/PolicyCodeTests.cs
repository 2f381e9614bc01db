using Ciliate.Bpf;
using Ciliate.Datapath.Abi;
using Ciliate.Datapath.Tailoring;
using Ciliate.Datapath.Tests.Packets;
using Xunit;

namespace Ciliate.Datapath.Tests.Specialization;

/// <summary>Policy as code says what the tables say, for as long as they say the same.</summary>
public sealed class PolicyCodeTests
{
    private const uint Default = 7;

    private static readonly byte[] s_protocols = [0, 1, 6, 17, 58, 132];

    [Theory, InlineData(1), InlineData(10), InlineData(60), InlineData(PolicyCode.MostEntries)]
    public void The_code_returns_the_entry_that_decides(int most)
    {
        var random = new Random(20261125 + most);
        for (int i = 0; i < 200; i++)
        {
            PolicyEntry[] entries = [.. Enumerable.Range(0, random.Next(1, most + 1)).Select(number => SomeEntry(random, (uint)number))];
            var policy = PolicyOf(enforced: true, entries);
            var code = PolicyCode.Of(policy, TrafficDirection.Egress)!;
            for (int packet = 0; packet < 50; packet++)
            {
                // Where something changes, and next to it.
                var near = entries[random.Next(entries.Length)];
                uint peer = (uint)(near.Peer + random.Next(-1, 2));
                byte protocol = random.Next(4) > 0 ? near.Protocol : s_protocols[random.Next(s_protocols.Length)];
                ushort port = unchecked((ushort)(near.Port + random.Next(-1, 2)));
                Assert.Equal(Decide(policy, peer, protocol, port), Run(code, peer, (uint)protocol << 16 | port));
            }
        }
    }

    [Fact]
    public void A_direction_that_is_not_enforced_is_one_instruction_and_its_end()
    {
        var code = PolicyCode.Of(PolicyOf(enforced: false, []), TrafficDirection.Egress)!;

        Assert.Equal(3, code.Length); // the jump over no peers goes with the specializer
        Assert.Equal(PolicyCode.Encode(Default, allowed: true), Run(code, 256, 6 << 16 | 80));
    }

    [Fact]
    public void Peers_that_may_do_the_same_share_the_code()
    {
        PolicyEntry[] EntriesOf(int peers) => [.. Enumerable.Range(0, peers).Select(number => Entry((uint)(256 + number), 6, 80, 16, false, 10, 100))];

        int forTwenty = PolicyCode.Of(PolicyOf(true, EntriesOf(20)), TrafficDirection.Egress)!.Length;
        int forForty = PolicyCode.Of(PolicyOf(true, EntriesOf(40)), TrafficDirection.Egress)!.Length;

        Assert.InRange(forForty - forTwenty, 1, 20 * 3);
    }

    [Fact]
    public void What_is_too_large_or_has_another_form_is_left_to_the_tables()
    {
        var many = Enumerable.Range(0, PolicyCode.MostEntries + 1).Select(number => Entry((uint)(256 + number), 6, 80, 16, false, 10, 1)).ToArray();

        Assert.Null(PolicyCode.Of(PolicyOf(true, many), TrafficDirection.Egress));
        Assert.Null(PolicyCode.Of(PolicyOf(true, [Entry(256, 0, 80, 16, false, 10, 1)]), TrafficDirection.Egress));
    }

    [Theory, InlineData(Family.IPv4), InlineData(Family.IPv6)]
    public void A_program_with_the_policy_in_it_asks_no_table_until_an_entry_is_added(Family family)
    {
        using var rig = new Rig().AllowWebToDb(6, 80).Enforce();
        using var pair = rig.Datapath.Tailor(rig.WiringOf(Rig.WebId, Rig.Web), rig.Datapath.ReadSmallPolicy(Rig.WebId));
        var program = pair.Program(EndpointPrograms.FromContainer);
        foreach (var (key, _) in rig.Datapath.Maps.Policy.Entries().Where(entry => entry.Key.Direction == Direction.Egress).ToArray())
            rig.Datapath.Maps.Policy.Delete(key);

        rig.Runs(program, Rig.WebId, rig.FromWeb(family).Tcp(40000, 80, TcpFlags.Syn)).IsRedirected().OpensFlow(200);
        Assert.Equal(100u, Assert.Single(rig.Datapath.DumpFlows()).EgressRuleId);
        rig.Runs(program, Rig.WebId, rig.FromWeb(family).Tcp(40002, 81, TcpFlags.Syn)).IsDropped(DropReason.PolicyDeniedEgress);

        rig.Datapath.AddEntries(Rig.WebId, [Entry(300, 17, 53, 16, false, 10, 1)]);
        rig.Runs(program, Rig.WebId, rig.FromWeb(family).Tcp(40003, 80, TcpFlags.Syn)).IsDropped(DropReason.PolicyDeniedEgress);
    }

    [Fact]
    public void A_program_with_a_policy_of_a_generation_past_asks_the_tables()
    {
        using var rig = new Rig().AllowWebToDb(6, 80).Enforce();
        using var pair = rig.Datapath.Tailor(rig.WiringOf(Rig.WebId, Rig.Web), rig.Datapath.ReadSmallPolicy(Rig.WebId));
        var program = pair.Program(EndpointPrograms.FromContainer);

        rig.Publish(Rig.WebId, Rig.WebIdentity, [], enforced: true);

        rig.Runs(program, Rig.WebId, rig.FromWeb(Family.IPv4).Tcp(40000, 80, TcpFlags.Syn)).IsDropped(DropReason.PolicyDeniedEgress);
    }

    private static SmallPolicy PolicyOf(bool enforced, PolicyEntry[] entries) =>
        new(5, 0, new DirectionDefault(false, 0), new DirectionDefault(enforced, Default), entries);

    private static PolicyEntry Entry(uint peer, byte protocol, ushort port, byte length, bool deny, uint precedence, uint rule) =>
        new(TrafficDirection.Egress, peer, protocol, port, length, deny, precedence, rule);

    private static PolicyEntry SomeEntry(Random random, uint number)
    {
        uint peer = random.Next(4) == 0 ? 0 : (uint)random.Next(250, 270);
        byte protocol = s_protocols[random.Next(s_protocols.Length)];
        byte length = protocol == 0 ? (byte)0 : (byte)random.Next(0, 17);
        ushort port = (ushort)(random.Next(ushort.MaxValue + 1) & (0xffff0000 >> length));
        return Entry(peer, protocol, port, length, random.Next(3) == 0, (uint)random.Next(4), random.Next(8) == 0 ? uint.MaxValue - number : number);
    }

    private static ulong Decide(SmallPolicy policy, uint peer, byte protocol, ushort port)
    {
        PolicyEntry? best = null;
        foreach (var entry in policy.Entries)
        {
            bool matches = (entry.Peer == 0 || entry.Peer == peer) && (entry.Protocol == 0 || entry.Protocol == protocol)
                && (port & (0xffff0000 >> entry.PortPrefixLength)) == entry.Port;
            if (matches && (best is not { } other || (entry.Precedence, entry.Deny).CompareTo((other.Precedence, other.Deny)) > 0))
                best = entry;
        }
        return best is { } found ? PolicyCode.Encode(found.RuleId, !found.Deny) : PolicyCode.Encode(Default, allowed: false);
    }

    /// <summary>The few instructions that the code is made of.</summary>
    private static ulong Run(Instruction[] code, uint peer, uint service)
    {
        ulong result = 0;
        for (int slot = 0; ; slot++)
        {
            var instruction = code[slot];
            uint register = instruction.Destination == 1 ? peer : service;
            switch (instruction.Code)
            {
                case 0x05: slot += instruction.Offset; break;
                case 0x16: slot += register == (uint)instruction.Immediate ? instruction.Offset : 0; break;
                case 0x36: slot += register >= (uint)instruction.Immediate ? instruction.Offset : 0; break;
                case 0xb7: result = (ulong)instruction.Immediate; break;
                case 0x18: result = (uint)instruction.Immediate | (ulong)(uint)code[++slot].Immediate << 32; break;
                default:
                    Assert.Equal(0x95, instruction.Code);
                    return result;
            }
        }
    }
}
