using Ciliate.Datapath.Abi;
using Ciliate.Datapath.Tests.Packets;
using Ciliate.Testing;
using Xunit;

namespace Ciliate.Datapath.Tests;

/// <summary>Packets in pieces: the first has the ports, the later ones go by its flow.</summary>
public sealed class FragmentTests
{
    private const byte Tcp = 6, Udp = 17, Sctp = 132, Fragment = 44, DestinationOptions = 60;
    private static readonly byte[] Content = new byte[64];

    [Theory, InlineData(Family.IPv4), InlineData(Family.IPv6)]
    public void All_pieces_of_an_allowed_packet_pass(Family family)
    {
        using var rig = new Rig().AllowWebToDb(Udp, 53).Enforce();

        rig.WebSends(Piece(rig.FromWeb(family), 0, more: true).Udp(40000, 53, payload: 56)).IsRedirected().OpensFlow(rule: 200);
        rig.WebSends(Piece(rig.FromWeb(family), 64, more: true).Raw(Udp, Content)).IsRedirected().TellsNothing();
        rig.WebSends(Piece(rig.FromWeb(family), 128, more: false).Raw(Udp, 1, 2, 3)).IsRedirected().TellsNothing();
        Assert.Single(rig.Datapath.DumpFlows());
    }

    [Theory, InlineData(Family.IPv4), InlineData(Family.IPv6)]
    public void Replies_in_pieces_pass_and_so_do_pieces_from_the_host(Family family)
    {
        using var rig = new Rig().Open();
        rig.WebSends(rig.FromWeb(family).Udp(40000, 53)).IsRedirected();

        rig.DbSends(Piece(rig.FromDb(family), 0, more: true).Udp(53, 40000, payload: 56)).IsRedirected();
        rig.DbSends(Piece(rig.FromDb(family), 64, more: false).Raw(Udp, Content)).IsRedirected();

        var fromHost = Frame.From(Rig.Gateway).To(Rig.Db).Via(Rig.Db).Over(family);
        rig.HostSendsToDb(Piece(fromHost, 64, more: false).Raw(Udp, Content)).IsDropped(DropReason.FragmentUnknown);
        rig.HostSendsToDb(Piece(fromHost, 0, more: true).Udp(1, 2, payload: 56)).IsPassed();
        rig.HostSendsToDb(Piece(fromHost, 64, more: false).Raw(Udp, Content)).IsPassed();
    }

    [Theory, InlineData(Family.IPv4), InlineData(Family.IPv6)]
    public void A_later_piece_without_its_first_is_unknown(Family family)
    {
        using var rig = new Rig().Open();
        rig.WebSends(Piece(rig.FromWeb(family), 0, more: true, id: 7).Udp(40000, 53, payload: 56)).IsRedirected();

        rig.WebSends(Piece(rig.FromWeb(family), 64, more: false, id: 8).Raw(Udp, Content)).IsDropped(DropReason.FragmentUnknown);
        rig.DbSends(Piece(rig.FromDb(family), 64, more: false, id: 7).Raw(Udp, Content)).IsDropped(DropReason.FragmentUnknown);
        var elsewhere = Frame.From(Rig.Web).To(Rig.Remote).Via(Rig.Gateway).Over(family);
        rig.WebSends(Piece(elsewhere, 64, more: false, id: 7).Raw(Udp, Content)).IsDropped(DropReason.FragmentUnknown);
    }

    [Theory, InlineData(Family.IPv4), InlineData(Family.IPv6)]
    public void No_piece_of_a_denied_packet_passes(Family family)
    {
        using var rig = new Rig().AllowWebToDb(Udp, 53).Enforce();

        rig.WebSends(Piece(rig.FromWeb(family), 0, more: true).Udp(40000, 54, payload: 56)).IsDropped(DropReason.PolicyDeniedEgress);
        rig.WebSends(Piece(rig.FromWeb(family), 64, more: false).Raw(Udp, Content)).IsDropped(DropReason.FragmentUnknown);
    }

    [Theory, InlineData(Family.IPv4), InlineData(Family.IPv6)]
    public void A_denied_first_piece_does_not_replace_the_one_that_passed(Family family)
    {
        using var rig = new Rig().AllowWebToDb(Udp, 53).Enforce();
        rig.WebSends(Piece(rig.FromWeb(family), 0, more: true).Udp(40000, 53, payload: 56)).IsRedirected();

        rig.WebSends(Piece(rig.FromWeb(family), 0, more: true).Udp(40000, 54, payload: 56)).IsDropped(DropReason.PolicyDeniedEgress);
        rig.WebSends(Piece(rig.FromWeb(family), 64, more: false).Raw(Udp, Content)).IsRedirected();
    }

    [Theory, InlineData(Family.IPv4), InlineData(Family.IPv6)]
    public void Later_pieces_go_by_the_flow_as_it_is_judged_now(Family family)
    {
        using var rig = new Rig().AllowWebToDb(Udp, 53).Enforce();
        rig.WebSends(Piece(rig.FromWeb(family), 0, more: true).Udp(40000, 53, payload: 56)).IsRedirected();

        rig.Publish(Rig.DbId, Rig.DbIdentity, [], enforced: true);

        rig.WebSends(Piece(rig.FromWeb(family), 64, more: false).Raw(Udp, Content)).IsDropped(DropReason.PolicyDeniedIngress);
    }

    [Theory, InlineData(Family.IPv4), InlineData(Family.IPv6)]
    public void A_first_piece_without_all_headers_is_refused(Family family)
    {
        using var rig = new Rig().Open();

        rig.WebSends(Piece(rig.FromWeb(family), 0, more: true).Raw(Tcp, new byte[8])).IsDropped(DropReason.Fragment);
        rig.WebSends(Piece(rig.FromWeb(family), 0, more: true).Raw(Tcp, TcpHeader(words: 7))).IsDropped(DropReason.Fragment);
        rig.WebSends(Piece(rig.FromWeb(family), 0, more: true).Raw(Sctp, new byte[8])).IsDropped(DropReason.Fragment);
        rig.WebSends(Piece(rig.FromWeb(family), 0, more: true).Raw(Tcp, TcpHeader(words: 6))).IsRedirected();
    }

    [Theory, InlineData(Family.IPv4), InlineData(Family.IPv6)]
    public void A_later_piece_that_writes_over_the_headers_is_refused(Family family)
    {
        using var rig = new Rig().Open();
        rig.WebSends(Piece(rig.FromWeb(family), 0, more: true).Raw(Tcp, TcpHeader(words: 6))).IsRedirected();

        rig.WebSends(Piece(rig.FromWeb(family), 8, more: false).Raw(Tcp, Content)).IsDropped(DropReason.Fragment);
        rig.WebSends(Piece(rig.FromWeb(family), 16, more: false).Raw(Tcp, Content)).IsDropped(DropReason.Fragment);
        rig.WebSends(Piece(rig.FromWeb(family), 24, more: false).Raw(Tcp, Content)).IsRedirected();
    }

    [Theory, InlineData(Family.IPv4), InlineData(Family.IPv6)]
    public void Pieces_that_fit_into_no_packet_are_refused(Family family)
    {
        using var rig = new Rig().Open();
        rig.WebSends(Piece(rig.FromWeb(family), 0, more: true).Udp(40000, 53, payload: 55)).IsDropped(DropReason.Fragment);
        rig.WebSends(Piece(rig.FromWeb(family), 0, more: true).Udp(40000, 53, payload: 56)).IsRedirected();

        rig.WebSends(Piece(rig.FromWeb(family), 65528, more: false).Raw(Udp, Content)).IsDropped(DropReason.Fragment);
        rig.WebSends(Piece(rig.FromWeb(family), 64, more: true).Raw(Udp, 1, 2, 3)).IsDropped(DropReason.Fragment);
    }

    [Theory, InlineData(Family.IPv4), InlineData(Family.IPv6)]
    public void Pings_in_pieces_pass_both_ways(Family family)
    {
        using var rig = new Rig().AllowWebToDb(0, 0).Enforce();
        byte icmp = family == Family.IPv4 ? (byte)1 : (byte)58;

        rig.WebSends(Piece(rig.FromWeb(family), 0, more: true).EchoRequest(9, payload: 56)).IsRedirected();
        rig.WebSends(Piece(rig.FromWeb(family), 64, more: false).Raw(icmp, Content)).IsRedirected();
        rig.DbSends(Piece(rig.FromDb(family), 0, more: true).EchoReply(9, payload: 56)).IsRedirected();
        rig.DbSends(Piece(rig.FromDb(family), 64, more: false).Raw(icmp, Content)).IsRedirected();
    }

    [Fact]
    public void More_packets_at_once_than_there_are_ways_cost_the_oldest()
    {
        using var rig = new Rig().Open();
        for (uint id = 0; id <= (uint)FragmentLimits.Ways; id++)
            rig.WebSends(Piece(rig.FromWeb(Family.IPv6), 0, more: true, id).Udp(40000, 53, payload: 56)).IsRedirected();

        int known = Enumerable.Range(0, (int)FragmentLimits.Ways + 1)
            .Count(id => rig.VerdictOfWeb(Piece(rig.FromWeb(Family.IPv6), 64, more: false, (uint)id).Raw(Udp, Content)) == 7);
        Assert.Equal((int)FragmentLimits.Ways, known);
        rig.WebSends(Piece(rig.FromWeb(Family.IPv6), 64, more: false, (uint)FragmentLimits.Ways).Raw(Udp, Content)).IsRedirected();
    }

    [Fact]
    public void What_comes_in_pieces_takes_no_way_from_what_goes_out_in_pieces()
    {
        using var rig = new Rig().Open();
        var toDb = Frame.From(Rig.Remote).To(Rig.Db).Via(Rig.Db).Over(Family.IPv6);
        rig.DbSends(Piece(rig.FromDb(Family.IPv6), 0, more: true).Udp(40000, 53, payload: 56)).IsRedirected();

        for (uint id = 0; id <= (uint)FragmentLimits.Ways; id++)
            rig.HostSendsToDb(Piece(toDb, 0, more: true, id).Udp(40000, 53, payload: 56), arrivedOn: HostEnds.Outside).IsPassed();

        rig.DbSends(Piece(rig.FromDb(Family.IPv6), 64, more: false).Raw(Udp, Content)).IsRedirected();
    }

    [Fact]
    public void A_whole_IPv6_packet_with_a_fragment_header_is_whole()
    {
        using var rig = new Rig().AllowWebToDb(Udp, 53).Enforce();

        rig.WebSends(Piece(rig.FromWeb(Family.IPv6), 0, more: false).Udp(40000, 53, payload: 3)).IsRedirected();
        rig.WebSends(Piece(rig.FromWeb(Family.IPv6), 0, more: false).Udp(40000, 54)).IsDropped(DropReason.PolicyDeniedEgress);
        rig.WebSends(Piece(rig.FromWeb(Family.IPv6), 64, more: false).Raw(Udp, Content)).IsDropped(DropReason.FragmentUnknown);
    }

    [Fact]
    public void Headers_behind_the_fragment_header_count_as_headers()
    {
        using var rig = new Rig().AllowWebToDb(Udp, 53).Enforce();
        var first = Piece(rig.FromWeb(Family.IPv6), 0, more: true).WithExtensionHeader(DestinationOptions, 0, 1, 4, 0, 0, 0, 0);
        rig.WebSends(first.Udp(40000, 53, payload: 48)).IsRedirected();

        rig.WebSends(Piece(rig.FromWeb(Family.IPv6), 8, more: false).Raw(DestinationOptions, Content)).IsDropped(DropReason.Fragment);
        rig.WebSends(Piece(rig.FromWeb(Family.IPv6), 64, more: false).Raw(DestinationOptions, Content)).IsRedirected();
        rig.WebSends(Piece(Piece(rig.FromWeb(Family.IPv6), 0, more: true), 0, more: true).Udp(40000, 53, payload: 56)).IsDropped(DropReason.Fragment);
    }

    private static Frame Piece(Frame frame, int offset, bool more, uint id = 7)
    {
        byte last = more ? (byte)1 : (byte)0;
        return frame.Family == Family.IPv4
            ? frame.WithIdentification((ushort)id).WithFragmentField((ushort)((last << 13) | (offset / 8)))
            : frame.WithExtensionHeader(Fragment, 0, (byte)(offset >> 8), (byte)(offset | last), (byte)(id >> 24), (byte)(id >> 16), (byte)(id >> 8), (byte)id);
    }

    private static byte[] TcpHeader(int words)
    {
        var header = new byte[24];
        (header[1], header[3], header[12], header[13]) = (9, 80, (byte)(words << 4), 2);
        return header;
    }
}
