using Ciliate.Datapath.Abi;
using Ciliate.Datapath.Tests.Packets;
using Ciliate.Testing;
using Xunit;

namespace Ciliate.Datapath.Tests;

/// <summary>Connection tracking: whose reply is a reply, and what a change of policy does to a running flow.</summary>
public sealed class FlowTests
{
    private const byte Tcp = 6;

    [Theory, InlineData(Family.IPv4), InlineData(Family.IPv6)]
    public void A_revoked_connection_stops_in_both_directions_and_resumes_when_it_is_allowed_again(Family family)
    {
        using var rig = new Rig().AllowWebToDb(Tcp, 80).Enforce();
        OpenConnection(rig, family);
        FlowRow open = Assert.Single(rig.Datapath.DumpFlows());
        Assert.True(open is { EgressRuleId: > 0, IngressRuleId: >= ReservedRules.FirstPolicyRule });

        rig.Publish(Rig.DbId, Rig.DbIdentity, [], enforced: true);
        rig.WebSends(rig.FromWeb(family).Tcp(40000, 80, TcpFlags.Ack)).IsDropped(DropReason.PolicyDeniedIngress);
        rig.DbSends(rig.FromDb(family).Tcp(80, 40000, TcpFlags.Ack)).IsDropped(DropReason.PolicyDeniedIngress);
        FlowRow revoked = Assert.Single(rig.Datapath.DumpFlows());
        Assert.Equal(("denied", 0u, 0u), (revoked.State, revoked.EgressRuleId, revoked.IngressRuleId));

        rig.Enforce();
        rig.DbSends(rig.FromDb(family).Tcp(80, 40000, TcpFlags.Ack)).IsRedirected();
    }

    [Theory, InlineData(Family.IPv4), InlineData(Family.IPv6)]
    public void The_reply_side_of_a_revoked_connection_cannot_reopen_it_as_its_own(Family family)
    {
        // db may open anything to web, web nothing to db: what is left of web's connection must not live on as db's.
        using var rig = new Rig().Open();
        OpenConnection(rig, family);
        rig.Publish(Rig.WebId, Rig.WebIdentity, [new PolicyEntry(TrafficDirection.Ingress, 0, 0, 0, 0, false, 1, 16)], enforced: true);

        rig.DbSends(rig.FromDb(family).Tcp(80, 40000, TcpFlags.Ack, payload: 10)).IsDropped(DropReason.PolicyDeniedEgress);
    }

    [Theory, InlineData(Family.IPv4), InlineData(Family.IPv6)]
    public void A_change_that_keeps_a_connection_is_not_noticed_by_it(Family family)
    {
        using var rig = new Rig().AllowWebToDb(Tcp, 80).Enforce();
        OpenConnection(rig, family);

        for (int i = 0; i < 10; i++)
        {
            rig.Enforce();
            rig.WebSends(rig.FromWeb(family).Tcp(40000, 80, TcpFlags.Ack)).IsRedirected().TellsNothing();
            rig.DbSends(rig.FromDb(family).Tcp(80, 40000, TcpFlags.Ack)).IsRedirected().TellsNothing();
        }
    }

    [Theory, InlineData(Family.IPv4), InlineData(Family.IPv6)]
    public void A_syn_against_the_direction_of_a_flow_is_judged_by_its_own(Family family)
    {
        using var rig = new Rig().AllowWebToDb(Tcp, 80).Enforce();
        OpenConnection(rig, family);

        rig.DbSends(rig.FromDb(family).Tcp(80, 40000, TcpFlags.Syn)).IsDropped(DropReason.PolicyDeniedEgress);
    }

    [Theory, InlineData(Family.IPv4), InlineData(Family.IPv6)]
    public void An_echo_request_with_anothers_identifier_is_no_reply(Family family)
    {
        using var rig = new Rig().AllowWebToDb(0, 0).Enforce();
        rig.WebSends(rig.FromWeb(family).EchoRequest(9)).IsRedirected();

        rig.DbSends(rig.FromDb(family).EchoReply(9)).IsRedirected();
        rig.DbSends(rig.FromDb(family).EchoRequest(9)).IsDropped(DropReason.PolicyDeniedEgress);
    }

    [Theory, InlineData(Family.IPv4), InlineData(Family.IPv6)]
    public void Identifier_0_and_other_icmp_open_no_way_back(Family family)
    {
        using var rig = new Rig().AllowWebToDb(0, 0).Enforce();
        rig.WebSends(rig.FromWeb(family).EchoRequest(0)).IsRedirected();
        rig.WebSends(Timestamp(rig.FromWeb(family), family)).IsRedirected();

        rig.DbSends(rig.FromDb(family).EchoReply(0)).IsRedirected();
        rig.DbSends(rig.FromDb(family).EchoRequest(0)).IsDropped(DropReason.PolicyDeniedEgress);
        rig.DbSends(Timestamp(rig.FromDb(family), family)).IsDropped(DropReason.PolicyDeniedEgress);
        rig.WebSends(rig.FromWeb(family).EchoReply(0)).IsDropped(DropReason.UnsolicitedReply);
        Assert.Single(rig.Datapath.DumpFlows());
    }

    [Theory, InlineData(Family.IPv4), InlineData(Family.IPv6)]
    public void A_denied_reply_is_told_by_its_own_ends(Family family)
    {
        using var rig = new Rig().Open();
        OpenConnection(rig, family);
        rig.Publish(Rig.DbId, Rig.DbIdentity, [], enforced: true);

        var told = rig.DbSends(rig.FromDb(family).Tcp(80, 40000, TcpFlags.Ack)).IsDropped(DropReason.PolicyDeniedIngress).Event!;

        Assert.True(told.Reply);
        Assert.Equal((Rig.Db.Address(family), Rig.DbId, Rig.DbIdentity), (told.Source, told.SourceEndpoint, told.SourceIdentity));
        Assert.Equal((Rig.Web.Address(family), Rig.WebId, Rig.WebIdentity), (told.Destination, told.DestinationEndpoint, told.DestinationIdentity));
    }

    [Theory, InlineData(Family.IPv4), InlineData(Family.IPv6)]
    public void A_flow_to_a_stranger_does_not_become_one_to_the_container_that_takes_its_address(Family family)
    {
        // The epoch of the address is brought to the number that the container's generation will have.
        using var rig = new Rig().Open();
        rig.Datapath.DetachEndpoint(Rig.DbId);
        uint next = rig.Publish(Rig.WebId, Rig.WebIdentity, [], enforced: false) + 1;
        var address = Rig.HostPrefix(Rig.Db.Address(family));
        for (uint epoch = 0; epoch < next; epoch++)
            rig.Datapath.UpsertIpcache(address, (uint)ReservedIdentity.World);
        rig.WebSends(rig.FromWeb(family).Udp(1000, 2000)).IsPassed();

        rig.Register(Rig.DbId, Rig.Db);
        Assert.Equal(next, rig.Publish(Rig.DbId, Rig.DbIdentity, [], enforced: true));

        rig.DbSends(rig.FromDb(family).Udp(2000, 1000)).IsDropped(DropReason.PolicyDeniedEgress);
    }

    [Theory, InlineData(Family.IPv4), InlineData(Family.IPv6)]
    public void Who_takes_over_an_address_inherits_no_flow(Family family)
    {
        const ushort newcomer = 4;
        using var rig = new Rig().Open();
        rig.DbSends(Frame.From(Rig.Db).To(Rig.Remote).Via(Rig.Gateway).Over(family).Udp(7777, 53)).IsPassed();
        rig.WebSends(rig.FromWeb(family).Udp(1000, 2000)).IsRedirected();
        byte[] answer = Frame.From(Rig.Remote).To(Rig.Db).Via(Rig.Gateway).Over(family).Udp(53, 7777);
        rig.HostSendsToDb(answer, arrivedOn: HostEnds.Outside).IsPassed();

        rig.Datapath.DetachEndpoint(Rig.DbId);
        rig.Register(newcomer, Rig.Db);
        rig.Publish(newcomer, 300, [], enforced: true);

        rig.HostSendsTo(newcomer, answer, arrivedOn: HostEnds.Outside).IsDropped(DropReason.PolicyDeniedIngress);
        rig.WebSends(rig.FromWeb(family).Udp(1000, 2000)).IsDropped(DropReason.PolicyDeniedIngress);
    }

    [Theory, InlineData(Family.IPv4), InlineData(Family.IPv6)]
    public void An_echo_reply_nobody_asked_for_is_dropped(Family family)
    {
        using var rig = new Rig().Open();

        rig.DbSends(rig.FromDb(family).EchoReply(9)).IsDropped(DropReason.UnsolicitedReply);
    }

    [Theory, InlineData(Family.IPv4), InlineData(Family.IPv6)]
    public void After_both_sides_closed_a_syn_opens_a_new_flow_in_its_own_direction(Family family)
    {
        using var rig = new Rig().Open();
        OpenConnection(rig, family);
        rig.WebSends(rig.FromWeb(family).Tcp(40000, 80, TcpFlags.Fin | TcpFlags.Ack)).IsRedirected();
        rig.DbSends(rig.FromDb(family).Tcp(80, 40000, TcpFlags.Fin | TcpFlags.Ack)).IsRedirected();
        Assert.Equal("closed", Assert.Single(rig.Datapath.DumpFlows()).State);

        rig.DbSends(rig.FromDb(family).Tcp(80, 40000, TcpFlags.Syn)).IsRedirected().OpensFlow(ReservedRules.NotEnforced);

        Assert.Equal(Rig.Db.Address(family), Assert.Single(rig.Datapath.DumpFlows()).Source);
    }

    [Theory, InlineData(Family.IPv4), InlineData(Family.IPv6)]
    public void A_remote_that_gets_another_identity_is_judged_anew(Family family)
    {
        using var rig = new Rig().Open();
        var toRemote = Frame.From(Rig.Web).To(Rig.Remote).Via(Rig.Gateway).Over(family);
        rig.Publish(Rig.WebId, Rig.WebIdentity, [new PolicyEntry(TrafficDirection.Egress, (uint)ReservedIdentity.World, 0, 0, 0, false, 1, 16)], enforced: true);
        rig.WebSends(toRemote.Tcp(40000, 443, TcpFlags.Syn)).IsPassed().OpensFlow(rule: 16);

        rig.Datapath.UpsertIpcache(Rig.HostPrefix(Rig.Remote.Address(family)), 300);
        rig.WebSends(toRemote.Tcp(40000, 443, TcpFlags.Ack)).IsDropped(DropReason.PolicyDeniedEgress);

        rig.Datapath.DeleteIpcache(Rig.HostPrefix(Rig.Remote.Address(family)));
        rig.WebSends(toRemote.Tcp(40000, 443, TcpFlags.Ack)).IsPassed();
    }

    /// <summary>ICMP that is neither an echo nor an error: a timestamp request, or a node information query.</summary>
    private static byte[] Timestamp(Frame frame, Family family) =>
        family == Family.IPv4 ? frame.Raw(1, 13, 0, 0, 0, 0, 0, 0, 0) : frame.IcmpV6(139, 0, 0, 0, 0, 0, 0, 0);

    private static void OpenConnection(Rig rig, Family family)
    {
        rig.WebSends(rig.FromWeb(family).Tcp(40000, 80, TcpFlags.Syn)).IsRedirected();
        rig.DbSends(rig.FromDb(family).Tcp(80, 40000, TcpFlags.Syn | TcpFlags.Ack)).IsRedirected();
    }
}
