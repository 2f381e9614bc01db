using Ciliate.Datapath.Abi;
using Ciliate.Datapath.Tests.Packets;
using Xunit;

namespace Ciliate.Datapath.Tests.Outside;

/// <summary>ICMP errors about masqueraded flows: whoever gets one finds in it what it sent itself.</summary>
public sealed class MasqueradedErrorTests
{
    private const byte Gre = 47, Sctp = 132;

    /// <summary>What is sent over a flow, by its name.</summary>
    private static readonly Dictionary<string, Func<Frame, byte[]>> Kinds = new()
    {
        ["tcp"] = frame => frame.Tcp(40000, 443, TcpFlags.Ack, payload: 21),
        ["udp"] = frame => frame.Udp(5353, 53, payload: 33),
        ["udp without checksum"] = frame => WithoutUdpChecksum(frame.Udp(5353, 53, payload: 33), frame.Family),
        ["echo"] = frame => frame.EchoRequest(7),
        ["sctp"] = frame => frame.Raw(Sctp, 0x13, 0x88, 0x0b, 0x59, 0, 0, 0, 0, 1, 2, 3, 4),
        ["gre"] = frame => frame.Raw(Gre, 0, 0, 8, 0, 1, 2, 3, 4),
    };

    public static TheoryData<Family, string> AllKinds { get; } =
        new(from family in Enum.GetValues<Family>() from kind in Kinds.Keys select (family, kind));

    [Theory, MemberData(nameof(AllKinds))]
    public void An_error_from_outside_tells_the_container_of_the_packet_that_it_sent(Family family, string kind)
    {
        using var rig = new OutsideRig(allProtocols: true).Open();
        var onTheWire = rig.Sends(Rig.Web, Kinds[kind](OutsideRig.From(Rig.Web, family))).IsRedirected().Data;

        var told = rig.Receives(Error(rig.FromRouter(family), onTheWire)).IsRedirected();

        Assert.Equal((Rig.Other.Address(family), Rig.Web.Address(family)), (told.Packet.Source, told.Packet.Destination));
        AssertIntact(told, family);
        Assert.Equal(Network(Kinds[kind](OutsideRig.From(Rig.Web, family).WithHopLimit(63))), Embedded(told, family));
        rig.HandsTo(Rig.Web, told.Data).IsPassed();
    }

    [Theory, MemberData(nameof(AllKinds))]
    public void An_error_that_is_cut_off_is_translated_as_far_as_it_goes(Family family, string kind)
    {
        using var rig = new OutsideRig(allProtocols: true).Open();
        var onTheWire = rig.Sends(Rig.Web, Kinds[kind](OutsideRig.From(Rig.Web, family))).IsRedirected().Data;
        int least = HeaderEnd(family) + 8;

        var told = rig.Receives(Error(rig.FromRouter(family), onTheWire[..least])).IsRedirected();

        AssertIntact(told, family);
        Assert.Equal(Network(Kinds[kind](OutsideRig.From(Rig.Web, family).WithHopLimit(63))[..least]), Embedded(told, family));
        rig.HandsTo(Rig.Web, told.Data).IsPassed();
    }

    [Theory, InlineData(Family.IPv4), InlineData(Family.IPv6)]
    public void An_error_of_the_container_about_an_answer_leaves_as_the_uplinks(Family family)
    {
        using var rig = new OutsideRig(allProtocols: true).Open();
        var sent = rig.Sends(Rig.Web, OutsideRig.From(Rig.Web, family).Udp(5353, 53)).IsRedirected();
        var answer = rig.FromRemote(family).Udp(53, MasqueradeTests.Port(sent, source: true), payload: 12);
        var arrived = rig.Receives(answer).IsRedirected().Data;
        rig.HandsTo(Rig.Web, arrived).IsPassed();

        var error = rig.Sends(Rig.Web, Error(OutsideRig.From(Rig.Web, family), arrived)).IsRedirected();

        Assert.Equal((rig.Uplink.Address(family), Rig.Remote.Address(family)), (error.Packet.Source, error.Packet.Destination));
        AssertIntact(error, family);
        var asSeenOutside = rig.FromRemote(family).WithHopLimit(63).Udp(53, MasqueradeTests.Port(sent, source: true), payload: 12);
        Assert.Equal(Network(asSeenOutside), Embedded(error, family));
    }

    [Theory, InlineData(Family.IPv4), InlineData(Family.IPv6)]
    public void An_error_of_the_container_about_what_came_straight_to_it_is_the_stacks(Family family)
    {
        using var rig = new OutsideRig(allProtocols: true).Open();
        var straight = Frame.From(Rig.Remote).To(Rig.Web).Via(rig.Uplink).Over(family).Udp(53, 5353);
        var arrived = rig.Receives(straight).IsRedirected().Data;
        rig.HandsTo(Rig.Web, arrived, translated: false).IsPassed();

        var error = Error(OutsideRig.From(Rig.Web, family), arrived);

        Assert.Equal(error, rig.Sends(Rig.Web, error).IsPassed().Data);
    }

    [Theory, InlineData(Family.IPv4), InlineData(Family.IPv6)]
    public void Errors_about_no_masqueraded_flow_are_the_hosts(Family family)
    {
        using var rig = new OutsideRig(allProtocols: true).Open();
        var sent = rig.Sends(Rig.Web, OutsideRig.From(Rig.Web, family).Udp(5353, 53)).IsRedirected();
        int port = MasqueradeTests.Port(sent, source: true);
        var fromUplink = Frame.From(rig.Uplink).To(Rig.Remote).Over(family);

        // The host's own; of another port, remote or protocol; about what somebody else sent; about an error; cut off too early.
        byte[][] foreign =
        [
            fromUplink.Udp(40000, 53), fromUplink.Udp(port, 54), fromUplink.WithDestination(Rig.Other.Address(family)).Udp(port, 53),
            fromUplink.Tcp(port, 53, TcpFlags.Syn), fromUplink.WithSource(Rig.Other.Address(family)).Udp(port, 53),
            Error(fromUplink, sent.Data), sent.Data[..(HeaderEnd(family) + 7)],
        ];
        foreach (var about in foreign)
        {
            var error = Error(rig.FromRouter(family), about);
            Assert.Equal(error, rig.Receives(error).IsLeftToOthers().Data);
        }
    }

    [Theory, InlineData(Family.IPv4), InlineData(Family.IPv6)]
    public void A_flow_that_is_not_allowed_any_more_gets_no_errors(Family family)
    {
        using var rig = new OutsideRig(allProtocols: true).Open();
        var sent = rig.Sends(Rig.Web, OutsideRig.From(Rig.Web, family).Udp(5353, 53)).IsRedirected();
        rig.Publish(OutsideRig.WebId, enforced: true);

        var told = rig.Receives(Error(rig.FromRouter(family), sent.Data)).IsRedirected();

        rig.HandsTo(Rig.Web, told.Data).IsDropped(DropReason.PolicyDeniedEgress);
    }

    private static byte[] WithoutUdpChecksum(byte[] frame, Family family)
    {
        frame[HeaderEnd(family) + 6] = frame[HeaderEnd(family) + 7] = 0;
        return frame;
    }

    private static int HeaderEnd(Family family) => family == Family.IPv4 ? 34 : 54;

    internal static byte[] Error(Frame frame, byte[] about)
    {
        byte[] message = [frame.Family == Family.IPv4 ? (byte)3 : (byte)1, 4, 0, 0, 0, 0, 0, 0, .. Network(about)];
        return frame.Family == Family.IPv4 ? frame.Icmp(message) : frame.IcmpV6(message);
    }

    private static byte[] Network(byte[] frame) => Frame.Network(frame).ToArray();

    private static byte[] Embedded(Outcome error, Family family) => error.Data[(HeaderEnd(family) + 8)..];

    private static void AssertIntact(Outcome error, Family family)
    {
        Assert.Equal(63, error.Packet.HopLimit);
        Assert.True(error.Packet.TransportChecksumIsRight);
        Assert.True(family == Family.IPv6 || error.Packet.IPv4ChecksumIsRight);
    }
}
