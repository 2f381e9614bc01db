using Ciliate.Datapath.Abi;
using Ciliate.Datapath.Tests.Packets;
using Xunit;

namespace Ciliate.Datapath.Tests;

/// <summary>Packets from web to db and back, with policies on both sides.</summary>
public sealed class ContainerToContainerTests
{
    private const byte Tcp = 6, Udp = 17;

    [Theory, InlineData(Family.IPv4), InlineData(Family.IPv6)]
    public void An_allowed_connection_opens_a_flow_and_goes_straight_into_the_other_container(Family family)
    {
        using var rig = new Rig().AllowWebToDb(Tcp, 80).Enforce();

        var outcome = rig.WebSends(rig.FromWeb(family).Tcp(40000, 80, TcpFlags.Syn)).IsRedirected().OpensFlow(rule: 200);

        Assert.Equal(Rig.Db.Mac, outcome.Packet.DestinationMac);
        Assert.Equal(Rig.Gateway.Mac, outcome.Packet.SourceMac);
        Assert.Equal(63, outcome.Packet.HopLimit);
        Assert.True(outcome.Packet.TransportChecksumIsRight);
        Assert.True(family == Family.IPv6 || outcome.Packet.IPv4ChecksumIsRight);
    }

    [Theory, InlineData(Family.IPv4), InlineData(Family.IPv6)]
    public void Replies_pass_though_no_policy_allows_them(Family family)
    {
        using var rig = new Rig().AllowWebToDb(Tcp, 80).Enforce();
        rig.WebSends(rig.FromWeb(family).Tcp(40000, 80, TcpFlags.Syn)).IsRedirected();

        rig.DbSends(rig.FromDb(family).Tcp(80, 40000, TcpFlags.Syn | TcpFlags.Ack)).IsRedirected().TellsNothing();
        rig.WebSends(rig.FromWeb(family).Tcp(40000, 80, TcpFlags.Ack, payload: 100)).IsRedirected().TellsNothing();

        var flow = Assert.Single(rig.Datapath.DumpFlows());
        Assert.Equal(("established", Rig.Web.Address(family), 40000), (flow.State, flow.Source, flow.SourcePort));
        Assert.Equal((Rig.WebIdentity, Rig.DbIdentity), (flow.SourceIdentity, flow.DestinationIdentity));
    }

    [Theory, InlineData(Family.IPv4), InlineData(Family.IPv6)]
    public void Another_port_is_denied_by_the_senders_policy_first(Family family)
    {
        using var rig = new Rig().AllowWebToDb(Tcp, 80).Enforce();

        var outcome = rig.WebSends(rig.FromWeb(family).Tcp(40000, 81, TcpFlags.Syn)).IsDropped(DropReason.PolicyDeniedEgress);

        Assert.Equal(ReservedRules.DefaultDeny, outcome.Event!.RuleId);
        Assert.Empty(rig.Datapath.DumpFlows());
    }

    [Theory, InlineData(Family.IPv4), InlineData(Family.IPv6)]
    public void The_receivers_policy_is_judged_at_the_sender(Family family)
    {
        using var rig = new Rig().Open();
        rig.Publish(Rig.DbId, Rig.DbIdentity, [], enforced: true);

        var outcome = rig.WebSends(rig.FromWeb(family).Tcp(40000, 80, TcpFlags.Syn)).IsDropped(DropReason.PolicyDeniedIngress);

        Assert.Equal(TrafficDirection.Ingress, outcome.Event!.Direction);
        Assert.Equal((Rig.WebId, Rig.DbId), (outcome.Event.SourceEndpoint, outcome.Event.DestinationEndpoint));
    }

    [Theory, InlineData(Family.IPv4), InlineData(Family.IPv6)]
    public void Without_any_policy_all_passes(Family family)
    {
        using var rig = new Rig().Open();

        rig.WebSends(rig.FromWeb(family).Tcp(40000, 80, TcpFlags.Syn)).IsRedirected().OpensFlow(ReservedRules.NotEnforced);
        rig.DbSends(rig.FromDb(family).Udp(5000, 53)).IsRedirected().OpensFlow(ReservedRules.NotEnforced);
        rig.DbSends(rig.FromDb(family).EchoRequest(7)).IsRedirected().OpensFlow(ReservedRules.NotEnforced);
    }

    [Fact]
    public void Without_a_generation_nothing_passes()
    {
        using var rig = new Rig();

        rig.WebSends(rig.FromWeb(Family.IPv4).Tcp(40000, 80, TcpFlags.Syn)).IsDropped(DropReason.NoGeneration);
        rig.WebSends(rig.FromWeb(Family.IPv6).EchoRequest(1)).IsDropped(DropReason.NoGeneration);
    }

    [Theory, InlineData(Family.IPv4), InlineData(Family.IPv6)]
    public void A_peer_without_a_generation_gets_nothing(Family family)
    {
        using var rig = new Rig();
        rig.Publish(Rig.WebId, Rig.WebIdentity, [], enforced: false);

        rig.WebSends(rig.FromWeb(family).Tcp(40000, 80, TcpFlags.Syn)).IsDropped(DropReason.NoGeneration);
    }

    [Theory]
    [InlineData(8079, false), InlineData(8080, true), InlineData(8087, true), InlineData(8088, false)]
    public void A_port_prefix_covers_its_range_and_no_port_more(int port, bool allowed)
    {
        using var rig = new Rig().AllowWebToDb(Tcp, 8080, prefixLength: 13).Enforce();

        var outcome = rig.WebSends(rig.FromWeb(Family.IPv4).Tcp(40000, port, TcpFlags.Syn));

        _ = allowed ? outcome.IsRedirected() : outcome.IsDropped(DropReason.PolicyDeniedEgress);
    }

    [Theory, InlineData(8096, true), InlineData(8099, true), InlineData(8100, true), InlineData(8101, false), InlineData(8103, false)]
    public void Prefixes_that_begin_alike_are_kept_apart(int port, bool allowed)
    {
        // 8096/14 is 8096-8099; 8100/16 begins where 8101 cut to 14 bits would.
        using var rig = new Rig().AllowWebToDb(Tcp, 8096, prefixLength: 14).AllowWebToDb(Tcp, 8096).AllowWebToDb(Tcp, 8100).Enforce();

        var outcome = rig.WebSends(rig.FromWeb(Family.IPv6).Tcp(40000, port, TcpFlags.Syn));

        _ = allowed ? outcome.IsRedirected() : outcome.IsDropped(DropReason.PolicyDeniedEgress);
    }

    [Theory, InlineData(Family.IPv4), InlineData(Family.IPv6)]
    public void A_rule_for_tcp_does_not_open_udp(Family family)
    {
        using var rig = new Rig().AllowWebToDb(Tcp, 80).Enforce();

        rig.WebSends(rig.FromWeb(family).Udp(40000, 80)).IsDropped(DropReason.PolicyDeniedEgress);
    }

    [Theory, InlineData(Family.IPv4), InlineData(Family.IPv6)]
    public void Udp_replies_pass_and_strangers_do_not(Family family)
    {
        using var rig = new Rig().AllowWebToDb(Udp, 53).Enforce();
        rig.WebSends(rig.FromWeb(family).Udp(40000, 53)).IsRedirected();

        rig.DbSends(rig.FromDb(family).Udp(53, 40000)).IsRedirected();
        rig.DbSends(rig.FromDb(family).Udp(53, 40001)).IsDropped(DropReason.PolicyDeniedEgress);
    }

    [Theory, InlineData(Family.IPv4), InlineData(Family.IPv6)]
    public void Deny_beats_allow_by_precedence(Family family)
    {
        using var rig = new Rig().Open();
        rig.Publish(Rig.WebId, Rig.WebIdentity,
        [
            new PolicyEntry(TrafficDirection.Egress, Rig.DbIdentity, Tcp, 80, 16, false, 10, 100),
            new PolicyEntry(TrafficDirection.Egress, 0, 0, 0, 0, true, 1000, 101),
        ], enforced: true);

        var outcome = rig.WebSends(rig.FromWeb(family).Tcp(40000, 80, TcpFlags.Syn)).IsDropped(DropReason.PolicyDeniedEgress);

        Assert.Equal(101u, outcome.Event!.RuleId);
    }

    [Theory, InlineData(Family.IPv4), InlineData(Family.IPv6)]
    public void Counters_tell_packets_of_both_ends_and_drops_by_reason(Family family)
    {
        using var rig = new Rig().AllowWebToDb(Tcp, 80).Enforce();
        rig.WebSends(rig.FromWeb(family).Tcp(40000, 80, TcpFlags.Syn));
        rig.WebSends(rig.FromWeb(family).Tcp(40000, 81, TcpFlags.Syn));

        var counters = rig.Datapath.ReadCounters();

        var web = Assert.Single(counters.Endpoints, c => c.EndpointId == Rig.WebId);
        Assert.Equal((1ul, 1ul), (web.EgressPackets, web.Drops));
        Assert.Equal(1ul, Assert.Single(counters.Endpoints, c => c.EndpointId == Rig.DbId).IngressPackets);
        Assert.Equal(1ul, Assert.Single(counters.Drops, drop => (DropReason)drop.Reason == DropReason.PolicyDeniedEgress).Packets);
    }

    [Fact]
    public void The_total_never_becomes_less_and_begins_again_with_the_agent()
    {
        using var rig = new Rig().AllowWebToDb(Tcp, 80).Enforce();
        rig.WebSends(rig.FromWeb(Family.IPv4).Tcp(40000, 80, TcpFlags.Syn));
        var before = rig.Datapath.ReadCounters().Total;

        rig.Datapath.DetachEndpoint(Rig.DbId);
        var after = rig.Datapath.ReadCounters();
        using var next = KernelDatapath.Open(Rig.OptionsOf(131072) with { Root = rig.Root });

        Assert.Equal((1ul, 1ul), (before.EgressPackets, before.IngressPackets));
        Assert.Equal(before, after.Total);
        Assert.DoesNotContain(after.Endpoints, row => row.EndpointId == Rig.DbId);
        Assert.Equal(1ul, next.ReadCounters().Endpoints.Single(row => row.EndpointId == Rig.WebId).EgressPackets);
        Assert.Equal(EndpointCounters.None, next.ReadCounters().Total);
    }

    [Fact]
    public void The_fill_of_the_tables_is_told()
    {
        using var rig = new Rig().AllowWebToDb(Tcp, 80).AllowWebToDb(Tcp, 81).Enforce();
        rig.WebSends(rig.FromWeb(Family.IPv4).Tcp(40000, 80, TcpFlags.Syn));
        rig.WebSends(rig.FromWeb(Family.IPv6).Tcp(40000, 81, TcpFlags.Syn));

        Assert.Equal(new TableFill(Flows: 2, PolicyEntries: 4, PolicyCapacity: 1 << 20), rig.Datapath.ReadFill());
        Assert.Equal(0, rig.Datapath.CountNat());
    }
}
