using System.Net;
using System.Net.Sockets;
using Ciliate.Datapath.Abi;
using Ciliate.Datapath.Tests.Packets;
using Ciliate.Testing;
using Xunit;

namespace Ciliate.Datapath.Tests.Outside;

/// <summary>Flows that leave by an uplink, and their answers.</summary>
public sealed class MasqueradeTests
{
    private const byte Gre = 47, Sctp = 132;

    [Theory, InlineData(Family.IPv4), InlineData(Family.IPv6)]
    public void A_connection_takes_the_uplinks_address_and_a_port_of_the_range_and_answers_find_back(Family family)
    {
        using var rig = new OutsideRig().Open();

        var sent = rig.Sends(Rig.Web, OutsideRig.From(Rig.Web, family).Tcp(40000, 443, TcpFlags.Syn, payload: 7)).IsRedirected();
        AssertTranslated(sent, rig, family);
        var port = Port(sent, source: true);
        Assert.InRange(port, OutsideRig.FirstPort, 65535);

        var back = rig.Receives(rig.FromRemote(family).Tcp(443, port, TcpFlags.Syn | TcpFlags.Ack, payload: 3)).IsRedirected();
        AssertReturned(back, family);
        Assert.Equal(40000, Port(back, source: false));
        rig.HandsTo(Rig.Web, back.Data).IsPassed();

        var again = rig.Sends(Rig.Web, OutsideRig.From(Rig.Web, family).Tcp(40000, 443, TcpFlags.Ack, payload: 100)).IsRedirected();
        AssertTranslated(again, rig, family);
        Assert.Equal(port, Port(again, source: true));
        var entry = rig.TheOnlyEntry;
        Assert.Equal((Rig.Web.Address(family), 40000, port, rig.Link.Index), (entry.Container, entry.ContainerPort, entry.LocalPort, entry.UplinkIfIndex));
    }

    [Theory, InlineData(Family.IPv4), InlineData(Family.IPv6)]
    public void A_datagram_is_translated_both_ways(Family family)
    {
        using var rig = new OutsideRig().Open();

        var sent = rig.Sends(Rig.Web, OutsideRig.From(Rig.Web, family).Udp(5353, 53, payload: 33)).IsRedirected();
        AssertTranslated(sent, rig, family);

        var back = rig.Receives(rig.FromRemote(family).Udp(53, Port(sent, source: true), payload: 12)).IsRedirected();
        AssertReturned(back, family);
        rig.HandsTo(Rig.Web, back.Data).IsPassed();
    }

    [Theory, InlineData(Family.IPv4), InlineData(Family.IPv6)]
    public void An_echo_takes_an_identifier_of_the_range(Family family)
    {
        using var rig = new OutsideRig().Open();

        var sent = rig.Sends(Rig.Web, OutsideRig.From(Rig.Web, family).EchoRequest(7)).IsRedirected();
        AssertTranslated(sent, rig, family);
        int id = (sent.Packet.Icmp[4] << 8) | sent.Packet.Icmp[5];
        Assert.InRange(id, OutsideRig.FirstPort, 65535);

        var back = rig.Receives(rig.FromRemote(family).EchoReply(id)).IsRedirected();
        AssertReturned(back, family);
        Assert.Equal(7, (back.Packet.Icmp[4] << 8) | back.Packet.Icmp[5]);
        rig.HandsTo(Rig.Web, back.Data).IsPassed();
    }

    [Theory, InlineData(Family.IPv4), InlineData(Family.IPv6)]
    public void A_udp_checksum_that_is_none_stays_none(Family family)
    {
        using var rig = new OutsideRig().Open();
        var frame = OutsideRig.From(Rig.Web, family).Udp(5353, 53);
        int checksum = (family == Family.IPv4 ? 34 : 54) + 6;
        frame[checksum] = frame[checksum + 1] = 0;

        var sent = rig.Sends(Rig.Web, frame).IsRedirected();

        Assert.Equal(0, sent.Data[checksum] | sent.Data[checksum + 1]);
        Assert.Equal(rig.Uplink.Address(family), sent.Packet.Source);
    }

    [Theory, InlineData(Family.IPv4), InlineData(Family.IPv6)]
    public void Two_containers_with_the_same_port_take_different_ones(Family family)
    {
        using var rig = new OutsideRig().Open();

        int web = Port(rig.Sends(Rig.Web, OutsideRig.From(Rig.Web, family).Udp(5000, 53)).IsRedirected(), source: true);
        int db = Port(rig.Sends(Rig.Db, OutsideRig.From(Rig.Db, family).Udp(5000, 53)).IsRedirected(), source: true);

        Assert.NotEqual(web, db);
        Assert.Equal(Rig.Web.Address(family), rig.Receives(rig.FromRemote(family).Udp(53, web)).IsRedirected().Packet.Destination);
        Assert.Equal(Rig.Db.Address(family), rig.Receives(rig.FromRemote(family).Udp(53, db)).IsRedirected().Packet.Destination);
    }

    [Theory, InlineData(Family.IPv4), InlineData(Family.IPv6)]
    public void A_port_of_the_range_is_kept_if_the_container_may_have_it(Family family)
    {
        using var rig = new OutsideRig().Open();
        int kept = 0;
        const int Tried = 64;

        for (int port = 62000; port < 62000 + Tried; port++)
        {
            if (Port(rig.Sends(Rig.Web, OutsideRig.From(Rig.Web, family).Udp(port, 53)).IsRedirected(), source: true) == port)
                kept++;
        }

        // About half of them are web's to take, and some of those may have been given to another flow before.
        Assert.InRange(kept, Tried / 6, Tried * 5 / 6);
    }

    [Fact]
    public void One_container_that_uses_up_its_ports_leaves_some_to_the_other()
    {
        using var rig = new OutsideRig(lastPort: OutsideRig.FirstPort + 15).Open();
        var taken = new HashSet<int>();
        for (int port = 1; port <= 16; port++)
        {
            var outcome = rig.Sends(Rig.Web, OutsideRig.From(Rig.Web, Family.IPv4).Udp(port, 53));
            if (outcome.Packet.Source.Equals(OutsideRig.IPv4))
                Assert.True(taken.Add(Port(outcome, source: true)));
            else
                outcome.IsDropped(DropReason.TranslationPortsUsedUp);
        }

        Assert.InRange(taken.Count, 1, 15);
        rig.Sends(Rig.Web, OutsideRig.From(Rig.Web, Family.IPv4).Udp(17, 53)).IsDropped(DropReason.TranslationPortsUsedUp);
        rig.Sends(Rig.Db, OutsideRig.From(Rig.Db, Family.IPv4).Udp(1, 53)).IsRedirected();
        rig.Sends(Rig.Web, OutsideRig.From(Rig.Web, Family.IPv4).Udp(1, 54)).IsRedirected();
    }

    [Theory, InlineData(Family.IPv4, true), InlineData(Family.IPv6, true), InlineData(Family.IPv4, false), InlineData(Family.IPv6, false)]
    public void A_port_that_a_socket_of_the_host_has_is_not_taken(Family family, bool tcp)
    {
        using var rig = new OutsideRig(lastPort: OutsideRig.FirstPort + 7).Open();
        var sockets = Enumerable.Range(OutsideRig.FirstPort, 8).Select(port => rig.Host.Run(() => Bind(rig.Uplink.Address(family), port, tcp))).ToList();
        var toRemote = OutsideRig.From(Rig.Web, family);
        var frame = tcp ? toRemote.Tcp(5000, 443, TcpFlags.Syn) : toRemote.Udp(5000, 443);

        rig.Sends(Rig.Web, frame).IsDropped(DropReason.TranslationPortsUsedUp);
        Assert.Empty(rig.Datapath.DumpNat());

        sockets.ForEach(socket => socket.Dispose());
        rig.Sends(Rig.Web, frame).IsRedirected();
    }

    [Fact]
    public void Many_ports_of_the_host_in_a_row_keep_nobody_from_finding_another()
    {
        using var rig = new OutsideRig().Open();
        var sockets = Enumerable.Range(OutsideRig.FirstPort + 1000, 500).Select(port => rig.Host.Run(() => Bind(OutsideRig.IPv4, port, tcp: false))).ToList();

        for (int port = 1; port <= 300; port++)
            rig.Sends(Rig.Web, OutsideRig.From(Rig.Web, Family.IPv4).Udp(port, 443)).IsRedirected();

        sockets.ForEach(socket => socket.Dispose());
    }

    [Theory, InlineData(Family.IPv4), InlineData(Family.IPv6)]
    public void What_is_excluded_or_the_hosts_own_goes_up_the_stack_as_it_is(Family family)
    {
        using var rig = new OutsideRig().Open();
        rig.Datapath.SetMasqueradeExclusions([IPNetwork.Parse("203.0.113.0/24"), IPNetwork.Parse("2001:db8::/64")]);
        var frame = OutsideRig.From(Rig.Web, family).Udp(5000, 53);

        Assert.Equal(frame, rig.Sends(Rig.Web, frame).IsPassed().Data);
        Assert.Equal(frame, rig.Sends(Rig.Web, frame).IsPassed().Data);

        rig.Datapath.SetMasqueradeExclusions([]);
        var other = OutsideRig.From(Rig.Web, family).Udp(5001, 53);
        rig.Sends(Rig.Web, other).IsRedirected();
        var toHost = Frame.From(Rig.Web).To(rig.Uplink).Via(Rig.Gateway).Over(family).Udp(5000, 53);
        Assert.Equal(toHost, rig.Sends(Rig.Web, toHost).IsPassed().Data);
    }

    [Theory, InlineData(Family.IPv4), InlineData(Family.IPv6)]
    public void Without_masquerade_all_goes_up_the_stack(Family family)
    {
        using var rig = new OutsideRig(masquerade: false).Open();
        var frame = OutsideRig.From(Rig.Web, family).Tcp(5000, 443, TcpFlags.Syn);

        Assert.Equal(frame, rig.Sends(Rig.Web, frame).IsPassed().Data);
        Assert.Empty(rig.Datapath.DumpNat());
    }

    [Theory, InlineData(Family.IPv4), InlineData(Family.IPv6)]
    public void Policy_is_judged_before_translation(Family family)
    {
        using var rig = new OutsideRig().Open();
        rig.Publish(OutsideRig.WebId, enforced: true);

        var outcome = rig.Sends(Rig.Web, OutsideRig.From(Rig.Web, family).Tcp(5000, 443, TcpFlags.Syn)).IsDropped(DropReason.PolicyDeniedEgress);

        Assert.Equal(Rig.Remote.Address(family), outcome.Event!.Destination);
        Assert.Empty(rig.Datapath.DumpNat());
    }

    [Theory, InlineData(Family.IPv4), InlineData(Family.IPv6)]
    public void Who_opens_against_a_connection_from_outside_leaves_by_its_own_address_as_the_remote_knows_it(Family family)
    {
        using var rig = new OutsideRig().Open();
        var fromOutside = Frame.From(Rig.Remote).To(Rig.Web).Via(Rig.Gateway).Over(family);
        rig.HandsTo(Rig.Web, fromOutside.Tcp(4000, 2000, TcpFlags.Syn), translated: false).IsPassed();

        rig.Sends(Rig.Web, OutsideRig.From(Rig.Web, family).Tcp(2000, 4000, TcpFlags.Syn)).IsPassed();
        rig.Sends(Rig.Web, OutsideRig.From(Rig.Web, family).Tcp(2000, 4000, TcpFlags.Syn | TcpFlags.Ack)).IsPassed();

        Assert.Empty(rig.Datapath.DumpNat());
    }

    [Theory, InlineData(Family.IPv4), InlineData(Family.IPv6)]
    public void A_flow_that_left_by_another_way_keeps_its_address_when_the_routes_change(Family family)
    {
        using var rig = new OutsideRig().Open();
        var elsewhere = rig.AddWay("lan", family);
        rig.Sends(Rig.Web, OutsideRig.From(Rig.Web, family).Udp(5000, 53)).IsPassed();

        rig.Host.Route.DeleteRoute(elsewhere);

        rig.Sends(Rig.Web, OutsideRig.From(Rig.Web, family).Udp(5000, 53)).IsPassed();
        rig.Sends(Rig.Web, OutsideRig.From(Rig.Web, family).Udp(5001, 53)).IsRedirected();
    }

    [Theory]
    [InlineData(Gre, Family.IPv4), InlineData(Gre, Family.IPv6), InlineData(Sctp, Family.IPv4), InlineData(Sctp, Family.IPv6)]
    public void Whose_ports_cannot_be_changed_stays_here_so_that_the_host_goes_on_hearing_its_remote(byte protocol, Family family)
    {
        using var rig = new OutsideRig().Open();
        byte[] payload = [0x13, 0x88, 0x0b, 0x59, 1, 2, 3, 4, 5, 6, 7, 8];

        rig.Sends(Rig.Web, OutsideRig.From(Rig.Web, family).Raw(protocol, payload)).IsDropped(DropReason.TranslationUnsupported);

        Assert.Empty(rig.Datapath.DumpNat());
        rig.Receives(rig.FromRemote(family).Raw(protocol, payload)).IsLeftToOthers();
    }

    [Theory, InlineData(Family.IPv4), InlineData(Family.IPv6)]
    public void Where_that_is_asked_for_a_protocol_without_ports_is_one_containers_at_a_time(Family family)
    {
        using var rig = new OutsideRig(allProtocols: true).Open();
        byte[] payload = [0, 0, 8, 0, 1, 2, 3, 4];

        var sent = rig.Sends(Rig.Web, OutsideRig.From(Rig.Web, family).Raw(Gre, payload)).IsRedirected();
        Assert.Equal(rig.Uplink.Address(family), sent.Packet.Source);
        rig.Sends(Rig.Db, OutsideRig.From(Rig.Db, family).Raw(Gre, payload)).IsDropped(DropReason.TranslationPortsUsedUp);

        var back = rig.Receives(rig.FromRemote(family).Raw(Gre, payload)).IsRedirected();
        Assert.Equal(Rig.Web.Address(family), back.Packet.Destination);
        rig.HandsTo(Rig.Web, back.Data).IsPassed();
    }

    [Theory, InlineData(Family.IPv4), InlineData(Family.IPv6)]
    public void An_answer_after_the_flows_end_is_of_no_flow_and_after_its_collection_the_hosts(Family family)
    {
        var life = TimeSpan.FromMilliseconds(20);
        using var rig = new OutsideRig(timeouts: FlowTimeouts.Default with { Other = life, Grace = life }).Open();
        var sent = rig.Sends(Rig.Web, OutsideRig.From(Rig.Web, family).Udp(5353, 53)).IsRedirected();
        var answer = rig.FromRemote(family).Udp(53, Port(sent, source: true));
        Thread.Sleep(10 * life);

        rig.Answers(Rig.Web, answer).IsDropped(DropReason.NoFlow);
        Eventually.Holds(() => rig.Datapath.CollectFlows(TestContext.Current.CancellationToken).Removed == 1, "the flow is removed", TimeSpan.FromSeconds(30));

        Assert.Empty(rig.Datapath.DumpNat());
        Assert.Equal(answer, rig.Receives(answer).IsLeftToOthers().Data);
    }

    [Theory, InlineData(Family.IPv4), InlineData(Family.IPv6)]
    public void Without_a_hop_left_the_sender_is_told(Family family)
    {
        using var rig = new OutsideRig().Open();
        var frame = OutsideRig.From(Rig.Web, family).WithHopLimit(1).Udp(5000, 53);
        var outcome = rig.Sends(Rig.Web, frame).TellsDrop(DropReason.HopLimitExceeded);
        if (family == Family.IPv4)
            Assert.Equal(frame, outcome.IsPassed().Data); // for the stack to tell
        else
            outcome.AnswersWithError(frame, type: 3, value: 0);
    }

    [Theory, InlineData(Family.IPv4), InlineData(Family.IPv6)]
    public void Too_big_is_told_the_sender_and_never_cut_with_the_containers_address(Family family)
    {
        using var rig = new OutsideRig().Open();
        var uncuttable = OutsideRig.From(Rig.Web, family).WithFragmentField(0x4000).Udp(5000, 53, payload: 1600);

        var outcome = rig.Sends(Rig.Web, uncuttable).TellsDrop(DropReason.PacketTooBig);
        if (family == Family.IPv4)
        {
            Assert.Equal(uncuttable, outcome.IsPassed().Data); // for the stack to tell
            rig.Sends(Rig.Web, OutsideRig.From(Rig.Web, family).Udp(5001, 53, payload: 1600)).IsDropped(DropReason.PacketTooBig);
        }
        else
        {
            outcome.AnswersWithError(uncuttable, type: 2, value: OutsideRig.Mtu);
        }
        var segments = OutsideRig.From(Rig.Web, family).Tcp(5002, 443, TcpFlags.Ack, payload: 3000);
        rig.Sends(Rig.Web, segments, gsoSize: 1000).IsRedirected();
    }

    private static Socket Bind(IPAddress address, int port, bool tcp)
    {
        var socket = new Socket(address.AddressFamily, tcp ? SocketType.Stream : SocketType.Dgram, tcp ? ProtocolType.Tcp : ProtocolType.Udp);
        socket.Bind(new IPEndPoint(address, port));
        if (tcp)
            socket.Listen();
        return socket;
    }

    internal static int Port(Outcome outcome, bool source)
    {
        int at = (outcome.Packet.EtherType == 0x0800 ? 34 : 54) + (source ? 0 : 2);
        return (outcome.Data[at] << 8) | outcome.Data[at + 1];
    }

    private static void AssertTranslated(Outcome sent, OutsideRig rig, Family family)
    {
        Assert.Equal((rig.Uplink.Address(family), Rig.Remote.Address(family)), (sent.Packet.Source, sent.Packet.Destination));
        AssertForwarded(sent, family);
    }

    private static void AssertReturned(Outcome back, Family family)
    {
        Assert.Equal((Rig.Remote.Address(family), Rig.Web.Address(family)), (back.Packet.Source, back.Packet.Destination));
        Assert.Equal((Rig.Web.Mac, Rig.Gateway.Mac), (back.Packet.DestinationMac, back.Packet.SourceMac));
        AssertForwarded(back, family);
    }

    private static void AssertForwarded(Outcome outcome, Family family)
    {
        Assert.Equal(63, outcome.Packet.HopLimit);
        Assert.True(outcome.Packet.TransportChecksumIsRight);
        Assert.True(family == Family.IPv6 || outcome.Packet.IPv4ChecksumIsRight);
    }
}
