using System.Net;
using Ciliate.Datapath.Abi;
using Ciliate.Datapath.Tests.Packets;
using Ciliate.Testing;
using Xunit;

namespace Ciliate.Datapath.Tests;

/// <summary>To and from the host, and what lies behind it.</summary>
public sealed class HostTests
{
    [Theory, InlineData(Family.IPv4), InlineData(Family.IPv6)]
    public void A_connection_to_the_host_goes_up_its_stack_untouched(Family family)
    {
        using var rig = new Rig().Open();
        var frame = Frame.From(Rig.Db).To(Rig.Gateway).Via(Rig.Gateway).Over(family).Tcp(40000, 22, TcpFlags.Syn);

        var outcome = rig.DbSends(frame).IsPassed().OpensFlow(ReservedRules.NotEnforced);

        Assert.Equal(frame, outcome.Data);
        Assert.Equal((uint)ReservedIdentity.Host, outcome.Event!.DestinationIdentity);
    }

    [Theory, InlineData(Family.IPv4), InlineData(Family.IPv6)]
    public void The_host_reaches_its_container_by_the_rule_for_it_and_gets_replies(Family family)
    {
        using var rig = new Rig().Open();
        rig.Publish(Rig.DbId, Rig.DbIdentity,
            [new PolicyEntry(TrafficDirection.Ingress, (uint)ReservedIdentity.Host, 0, 0, 0, false, 1, ReservedRules.HostAccess)], enforced: true);
        var fromHost = Frame.From(Rig.Gateway).To(Rig.Db).Via(Rig.Db).Over(family);
        var toHost = Frame.From(Rig.Db).To(Rig.Gateway).Via(Rig.Gateway).Over(family);

        rig.HostSendsToDb(fromHost.Tcp(40000, 80, TcpFlags.Syn)).IsPassed().OpensFlow(ReservedRules.HostAccess);
        rig.DbSends(toHost.Tcp(80, 40000, TcpFlags.Syn | TcpFlags.Ack)).IsPassed().TellsNothing();
        rig.DbSends(toHost.Tcp(81, 40000, TcpFlags.Syn)).IsDropped(DropReason.PolicyDeniedEgress);
    }

    [Theory, InlineData(Family.IPv4), InlineData(Family.IPv6)]
    public void The_host_is_the_host_by_any_address_and_nobody_else_is(Family family)
    {
        using var rig = new Rig().Open();
        rig.Publish(Rig.DbId, Rig.DbIdentity,
            [new PolicyEntry(TrafficDirection.Ingress, (uint)ReservedIdentity.Host, 0, 0, 0, false, 1, ReservedRules.HostAccess)], enforced: true);
        var byAnotherAddress = Frame.From(Rig.Remote).To(Rig.Db).Via(Rig.Db).Over(family);
        var asTheHost = Frame.From(Rig.Gateway).To(Rig.Db).Via(Rig.Db).Over(family);

        rig.HostSendsToDb(byAnotherAddress.Tcp(40000, 80, TcpFlags.Syn)).IsPassed().OpensFlow(ReservedRules.HostAccess);
        rig.HostSendsToDb(asTheHost.Tcp(40001, 80, TcpFlags.Syn), arrivedOn: HostEnds.Outside).IsDropped(DropReason.SpoofedAddress);
        rig.HostSendsToDb(asTheHost.Tcp(40002, 80, TcpFlags.Syn)).IsPassed();
        rig.HostSendsToDb(asTheHost.Tcp(40002, 80, TcpFlags.Ack), arrivedOn: HostEnds.Outside).IsDropped(DropReason.SpoofedAddress);
    }

    [Theory, InlineData(Family.IPv4), InlineData(Family.IPv6)]
    public void What_the_host_says_in_a_containers_name_opens_nothing_for_that_container(Family family)
    {
        using var rig = new Rig().Open();
        rig.Publish(Rig.DbId, Rig.DbIdentity,
            [new PolicyEntry(TrafficDirection.Ingress, (uint)ReservedIdentity.Host, 0, 0, 0, false, 1, ReservedRules.HostAccess)], enforced: true);

        rig.HostSendsToDb(Frame.From(Rig.Web).To(Rig.Db).Via(Rig.Db).Over(family).Udp(40000, 53)).IsPassed().OpensFlow(ReservedRules.HostAccess);

        rig.WebSends(rig.FromWeb(family).Udp(40000, 53)).IsDropped(DropReason.PolicyDeniedIngress);
    }

    /// <summary>As a host that forwards IPv6 sends them at each of its interfaces.</summary>
    [Fact]
    public void What_the_host_tells_of_its_groups_is_no_drop_of_the_container()
    {
        using var rig = new Rig().Open();
        var report = Frame.From(Rig.Gateway).To(Rig.Db).Via(Rig.Db).WithSource(IPAddress.IPv6Any).WithDestination(IPAddress.Parse("ff02::16"))
            .WithHopLimit(1).Over(Family.IPv6).WithExtensionHeader(0, 0, 5, 2, 0, 0, 1, 0);
        byte[] version2 = report.IcmpV6([143, .. new byte[27]]);

        rig.HostSendsToDb(version2).IsConsumed();
        rig.HostSendsToDb(report.IcmpV6([131, .. new byte[23]])).IsConsumed();

        rig.HostSendsToDb(version2, arrivedOn: HostEnds.Outside).IsDropped(DropReason.Multicast);
        rig.HostSendsToDb(report.Udp(5353, 5353)).IsDropped(DropReason.Multicast);
    }

    [Theory, InlineData(Family.IPv4), InlineData(Family.IPv6)]
    public void A_stranger_is_the_world_and_needs_a_rule(Family family)
    {
        using var rig = new Rig().Enforce();
        var frame = Frame.From(Rig.Remote).To(Rig.Db).Via(Rig.Db).Over(family).Tcp(40000, 80, TcpFlags.Syn);

        var outcome = rig.HostSendsToDb(frame, arrivedOn: HostEnds.Outside).IsDropped(DropReason.PolicyDeniedIngress);

        Assert.Equal((uint)ReservedIdentity.World, outcome.Event!.SourceIdentity);
    }

    [Theory, InlineData(Family.IPv4), InlineData(Family.IPv6)]
    public void Nobody_outside_can_borrow_the_address_of_a_container(Family family)
    {
        using var rig = new Rig().Open();
        var frame = Frame.From(Rig.Web).To(Rig.Db).Via(Rig.Db).Over(family).Udp(40000, 53);

        rig.HostSendsToDb(frame, arrivedOn: HostEnds.Outside).IsDropped(DropReason.SpoofedAddress);
        Assert.Empty(rig.Datapath.DumpFlows());
        rig.HostSendsToDb(frame, arrivedOn: Rig.IfIndexOf(Rig.Web)).IsPassed();
        rig.HostSendsToDb(frame, arrivedOn: HostEnds.Outside).IsDropped(DropReason.SpoofedAddress);
    }

    [Fact]
    public void Only_packets_for_the_container_are_let_in()
    {
        using var rig = new Rig().Open();

        rig.HostSendsToDb(Frame.From(Rig.Gateway).To(Rig.Web).Via(Rig.Db).Over(Family.IPv4).Udp(1, 2)).IsDropped(DropReason.InvalidAddress);
    }
}
