using Ciliate.Datapath.Abi;
using Ciliate.Datapath.Tests.Packets;
using Ciliate.Testing;
using Xunit;

namespace Ciliate.Datapath.Tests;

/// <summary>ICMP errors: they pass with the flow of the packet that they embed, and with nothing else.</summary>
public sealed class IcmpErrorTests
{
    private const byte Udp = 17, Gre = 47;

    public static TheoryData<Family, byte> Errors { get; } = new()
    {
        { Family.IPv4, 3 }, { Family.IPv4, 4 }, { Family.IPv4, 11 }, { Family.IPv4, 12 },
        { Family.IPv6, 1 }, { Family.IPv6, 2 }, { Family.IPv6, 3 }, { Family.IPv6, 4 },
    };

    [Theory, MemberData(nameof(Errors))]
    public void An_error_about_a_packet_of_a_live_flow_passes_without_a_rule(Family family, byte type)
    {
        using var rig = new Rig().AllowWebToDb(Udp, 53).Enforce();
        var asked = rig.FromWeb(family).Udp(40000, 53);
        rig.WebSends(asked).IsRedirected();

        var outcome = rig.DbSends(Error(rig.FromDb(family), type, asked)).IsRedirected().TellsNothing();

        Assert.Equal(Rig.Web.Mac, outcome.Packet.DestinationMac);
        Assert.False(Assert.Single(rig.Datapath.DumpFlows()).State == "established");
    }

    [Theory, InlineData(Family.IPv4), InlineData(Family.IPv6)]
    public void An_error_about_a_reply_passes_too(Family family)
    {
        using var rig = new Rig().AllowWebToDb(Udp, 53).Enforce();
        rig.WebSends(rig.FromWeb(family).Udp(40000, 53)).IsRedirected();
        var reply = rig.FromDb(family).Udp(53, 40000);
        rig.DbSends(reply).IsRedirected();

        rig.WebSends(Unreachable(rig.FromWeb(family), reply)).IsRedirected();
    }

    [Theory, InlineData(Family.IPv4), InlineData(Family.IPv6)]
    public void Without_the_flow_no_rule_lets_an_error_pass(Family family)
    {
        using var rig = new Rig().Open();
        var asked = rig.FromWeb(family).Udp(40000, 53);

        rig.DbSends(Unreachable(rig.FromDb(family), asked)).IsDropped(DropReason.IcmpErrorUnrelated);
        rig.WebSends(asked).IsRedirected();
        rig.DbSends(Unreachable(rig.FromDb(family), rig.FromWeb(family).Udp(40001, 53))).IsDropped(DropReason.IcmpErrorUnrelated);
        rig.DbSends(Unreachable(rig.FromDb(family), rig.FromWeb(family).Tcp(40000, 53, TcpFlags.Syn))).IsDropped(DropReason.IcmpErrorUnrelated);
    }

    [Theory, InlineData(Family.IPv4), InlineData(Family.IPv6)]
    public void An_error_goes_to_who_sent_the_packet_and_comes_from_who_got_it(Family family)
    {
        using var rig = new Rig().Open();
        var asked = rig.FromWeb(family).Udp(40000, 53);
        rig.WebSends(asked).IsRedirected();

        // To somebody else; about one's own packet; about what went to somebody else.
        rig.DbSends(Unreachable(Frame.From(Rig.Db).To(Rig.Remote).Via(Rig.Gateway).Over(family), asked)).IsDropped(DropReason.IcmpErrorUnrelated);
        rig.WebSends(Unreachable(rig.FromWeb(family), asked)).IsDropped(DropReason.IcmpErrorUnrelated);
        var toRemote = Frame.From(Rig.Web).To(Rig.Remote).Via(Rig.Gateway).Over(family).Udp(40000, 53);
        rig.WebSends(toRemote).IsPassed();
        rig.DbSends(Unreachable(rig.FromDb(family), toRemote)).IsDropped(DropReason.IcmpErrorUnrelated);
    }

    [Theory, InlineData(Family.IPv4), InlineData(Family.IPv6)]
    public void The_flow_is_judged_as_it_stands_now(Family family)
    {
        using var rig = new Rig().AllowWebToDb(Udp, 53).Enforce();
        var asked = rig.FromWeb(family).Udp(40000, 53);
        rig.WebSends(asked).IsRedirected();

        rig.Publish(Rig.DbId, Rig.DbIdentity, [], enforced: true);
        rig.DbSends(Unreachable(rig.FromDb(family), asked)).IsDropped(DropReason.PolicyDeniedIngress);
        rig.Enforce();
        rig.DbSends(Unreachable(rig.FromDb(family), asked)).IsRedirected();
    }

    [Theory, InlineData(Family.IPv4), InlineData(Family.IPv6)]
    public void Routers_may_tell_and_nobody_borrows_the_hosts_or_a_containers_name_for_it(Family family)
    {
        using var rig = new Rig().Open();
        var asked = Frame.From(Rig.Db).To(Rig.Remote).Via(Rig.Gateway).Over(family).Udp(40000, 53);
        rig.DbSends(asked).IsPassed();

        var router = Frame.From(Rig.Gateway).To(Rig.Db).Via(Rig.Db);
        rig.HostSendsToDb(Unreachable(router.Over(family), asked)).IsPassed();
        rig.HostSendsToDb(Unreachable(router.WithSource(Rig.Other.Address(family)).Over(family), asked), arrivedOn: HostEnds.Outside).IsPassed();
        rig.HostSendsToDb(Unreachable(router.Over(family), asked), arrivedOn: HostEnds.Outside).IsDropped(DropReason.SpoofedAddress);
        rig.HostSendsToDb(Unreachable(router.WithSource(Rig.Web.Address(family)).Over(family), asked), arrivedOn: HostEnds.Outside).IsDropped(DropReason.SpoofedAddress);
        var another = Frame.From(Rig.Web).To(Rig.Remote).Via(Rig.Gateway).Over(family).Udp(40000, 53);
        rig.WebSends(another).IsPassed();
        rig.HostSendsToDb(Unreachable(router.Over(family), another)).IsDropped(DropReason.IcmpErrorUnrelated);
    }

    [Theory, InlineData(Family.IPv4), InlineData(Family.IPv6)]
    public void Echoes_and_protocols_without_ports_are_matched_too(Family family)
    {
        using var rig = new Rig().Open();
        var ping = rig.FromWeb(family).EchoRequest(9);
        var gre = rig.FromWeb(family).Raw(Gre, new byte[16]);
        rig.WebSends(ping).IsRedirected();
        rig.WebSends(gre).IsRedirected();

        rig.DbSends(Unreachable(rig.FromDb(family), ping)).IsRedirected();
        rig.DbSends(Unreachable(rig.FromDb(family), gre)).IsRedirected();
        rig.DbSends(Unreachable(rig.FromDb(family), rig.FromWeb(family).EchoRequest(10))).IsDropped(DropReason.IcmpErrorUnrelated);
        rig.DbSends(Unreachable(rig.FromDb(family), Unreachable(rig.FromWeb(family), ping))).IsDropped(DropReason.IcmpErrorUnrelated);
    }

    [Theory, InlineData(Family.IPv4), InlineData(Family.IPv6)]
    public void Embedded_packets_may_be_cut_but_not_within_their_first_eight_bytes(Family family)
    {
        using var rig = new Rig().Open();
        var asked = rig.FromWeb(family).Tcp(40000, 80, TcpFlags.Syn, payload: 100);
        rig.WebSends(asked).IsRedirected();
        int header = family == Family.IPv4 ? 34 : 54;

        rig.DbSends(Unreachable(rig.FromDb(family), asked[..(header + 8)])).IsRedirected();
        for (int length = 14; length < header + 8; length++)
            rig.DbSends(Unreachable(rig.FromDb(family), asked[..length])).IsDropped(DropReason.IcmpErrorUnrelated);
    }

    [Fact]
    public void Embedded_options_extension_headers_and_fragments_are_understood()
    {
        using var rig = new Rig().Open();
        rig.WebSends(rig.FromWeb(Family.IPv4).Udp(40000, 53)).IsRedirected();
        rig.WebSends(rig.FromWeb(Family.IPv6).Udp(40000, 53)).IsRedirected();
        var four = rig.FromWeb(Family.IPv4);
        var six = rig.FromWeb(Family.IPv6);

        rig.DbSends(Unreachable(rig.FromDb(Family.IPv4), four.WithIPv4Options(1, 1, 1, 0).Udp(40000, 53))).IsRedirected();
        rig.DbSends(Unreachable(rig.FromDb(Family.IPv4), four.WithFragmentField(0x2000).Udp(40000, 53))).IsRedirected();
        rig.DbSends(Unreachable(rig.FromDb(Family.IPv4), four.WithFragmentField(8).Udp(40000, 53))).IsDropped(DropReason.IcmpErrorUnrelated);
        rig.DbSends(Unreachable(rig.FromDb(Family.IPv6), six.WithExtensionHeader(60, 0, 1, 4, 0, 0, 0, 0).Udp(40000, 53))).IsRedirected();
        rig.DbSends(Unreachable(rig.FromDb(Family.IPv6), six.WithExtensionHeader(44, 0, 0, 1, 0, 0, 0, 1).Udp(40000, 53))).IsRedirected();
        rig.DbSends(Unreachable(rig.FromDb(Family.IPv6), six.WithExtensionHeader(44, 0, 0, 64, 0, 0, 0, 1).Udp(40000, 53))).IsDropped(DropReason.IcmpErrorUnrelated);
    }

    [Theory, InlineData(Family.IPv4), InlineData(Family.IPv6)]
    public void The_type_of_icmp_is_the_policys_port(Family family)
    {
        byte icmp = family == Family.IPv4 ? (byte)1 : (byte)58, request = family == Family.IPv4 ? (byte)8 : (byte)128;
        using var rig = new Rig().AllowWebToDb(icmp, request).Enforce();

        rig.WebSends(rig.FromWeb(family).EchoRequest(9)).IsRedirected();
        rig.Enforce();
        rig.DbSends(rig.FromDb(family).EchoReply(9)).IsRedirected();
        byte[] timestamp = family == Family.IPv4 ? [13, .. new byte[11]] : [139, .. new byte[11]];
        rig.WebSends(rig.FromWeb(family).Raw(icmp, timestamp)).IsDropped(DropReason.PolicyDeniedEgress);
    }

    private static byte[] Unreachable(Frame frame, byte[] about) => Error(frame, frame.Family == Family.IPv4 ? (byte)3 : (byte)1, about);

    /// <param name="about">A whole frame; what follows its Ethernet header is embedded.</param>
    private static byte[] Error(Frame frame, byte type, byte[] about)
    {
        byte[] message = [type, 0, 0, 0, 0, 0, 0, 0, .. about[14..]];
        return frame.Family == Family.IPv4 ? frame.Raw(1, message) : frame.IcmpV6(message);
    }
}
