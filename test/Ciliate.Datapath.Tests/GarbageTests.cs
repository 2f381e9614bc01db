using System.Net;
using System.Net.NetworkInformation;
using Ciliate.Datapath.Abi;
using Ciliate.Datapath.Tests.Packets;
using Xunit;

namespace Ciliate.Datapath.Tests;

/// <summary>Frames that no honest container sends: each is dropped with its own reason.</summary>
public sealed class GarbageTests : IDisposable
{
    private const byte HopByHop = 0, Routing = 43, NoNextHeader = 59, DestinationOptions = 60;
    private static readonly byte[] Padding = [0, 1, 4, 0, 0, 0, 0];

    private readonly Rig _rig = new Rig().Open();

    public void Dispose() => _rig.Dispose();

    [Theory, InlineData(Family.IPv4), InlineData(Family.IPv6)]
    public void Borrowed_addresses(Family family)
    {
        Web(_rig.FromWeb(family).WithSourceMac(Rig.Db.Mac).Udp(1, 2)).IsDropped(DropReason.SpoofedMac);
        Web(_rig.FromWeb(family).WithSource(Rig.Db.Address(family)).Udp(1, 2)).IsDropped(DropReason.SpoofedAddress);
        Web(_rig.FromWeb(family).WithSource(Rig.Remote.Address(family)).Udp(1, 2)).IsDropped(DropReason.SpoofedAddress);
        Web(_rig.FromWeb(family).Via(Rig.Db.Mac).Udp(1, 2)).IsDropped(DropReason.ForeignDestinationMac);
    }

    [Theory]
    [InlineData("127.0.0.1"), InlineData("0.1.2.3"), InlineData("240.0.0.1")]
    [InlineData("::1"), InlineData("::"), InlineData("::10.9.0.3"), InlineData("::ffff:10.9.0.3")]
    public void Destinations_that_are_never_on_a_wire(string destination)
    {
        var address = IPAddress.Parse(destination);
        var family = address.GetAddressBytes().Length == 4 ? Family.IPv4 : Family.IPv6;
        Web(_rig.FromWeb(family).WithDestination(address).Udp(1, 2)).IsDropped(DropReason.InvalidAddress);
    }

    [Theory, InlineData("224.0.0.1"), InlineData("239.1.2.3"), InlineData("ff02::1"), InlineData("ff0e::1")]
    public void Multicast(string destination)
    {
        var address = IPAddress.Parse(destination);
        var family = address.GetAddressBytes().Length == 4 ? Family.IPv4 : Family.IPv6;
        Web(_rig.FromWeb(family).WithDestination(address).Udp(1, 2)).IsDropped(DropReason.Multicast);
    }

    [Theory, InlineData("255.255.255.255"), InlineData("10.9.0.255")]
    public void Broadcast(string destination) =>
        Web(_rig.FromWeb(Family.IPv4).WithDestination(IPAddress.Parse(destination)).Udp(1, 2)).IsDropped(DropReason.Broadcast);

    [Theory, InlineData(Family.IPv4), InlineData(Family.IPv6)]
    public void One_destination_in_a_frame_for_many(Family family)
    {
        Web(_rig.FromWeb(family).Via(new PhysicalAddress([255, 255, 255, 255, 255, 255])).Udp(1, 2)).IsDropped(DropReason.ForeignDestinationMac);
        Web(_rig.FromWeb(family).Via(new PhysicalAddress([1, 0, 0x5e, 0, 0, 1])).Udp(1, 2)).IsDropped(DropReason.ForeignDestinationMac);
    }

    [Theory, InlineData(0x8100), InlineData(0x88a8), InlineData(0x9100)]
    public void Tags_in_the_frame(int etherType) =>
        Web(_rig.FromWeb(Family.IPv4).WithEtherType((ushort)etherType).Udp(1, 2)).IsDropped(DropReason.VlanTag);

    [Theory, InlineData(Family.IPv4, 67, 68), InlineData(Family.IPv6, 547, 546)]
    public void Dhcp_answers(Family family, int server, int client)
    {
        Web(_rig.FromWeb(family).Udp(server, client)).IsDropped(DropReason.DhcpServer);
        Web(_rig.FromWeb(family).Udp(server + 1, client)).IsRedirected();
    }

    [Theory, InlineData(Family.IPv4), InlineData(Family.IPv6)]
    public void To_oneself(Family family) =>
        Web(_rig.FromWeb(family).WithDestination(Rig.Web.Address(family)).Udp(1, 2)).IsDropped(DropReason.SameEndpoint);

    [Theory, InlineData(Family.IPv4), InlineData(Family.IPv6)]
    public void Frames_cut_anywhere_are_dropped(Family family)
    {
        var frame = _rig.FromWeb(family).Tcp(40000, 80, TcpFlags.Syn);
        // A test run refuses frames that end within the IP header; the end-to-end tests send those.
        for (int length = family == Family.IPv4 ? 34 : 54; length < frame.Length; length++)
            Web(frame[..length]).IsDropped(DropReason.Truncated);
    }

    [Theory, InlineData(Family.IPv4), InlineData(Family.IPv6)]
    public void Transport_headers_beyond_what_the_ip_header_claims(Family family)
    {
        Web([.. _rig.FromWeb(family).Raw(6), .. new byte[40]]).IsDropped(DropReason.Truncated);
        Web([.. _rig.FromWeb(family).Raw(17, 0, 1, 0, 2), .. new byte[40]]).IsDropped(DropReason.Truncated);
    }

    [Fact]
    public void Contradictions_in_headers()
    {
        var tcp = _rig.FromWeb(Family.IPv4).Tcp(1, 2, TcpFlags.Syn);
        Web(With(tcp, 14, 0x55)).IsDropped(DropReason.Malformed);
        Web(With(tcp, 14, 0x44)).IsDropped(DropReason.Malformed);
        Web(With(tcp, 17, 19)).IsDropped(DropReason.Malformed);
        Web(With(tcp, 46, 0x40)).IsDropped(DropReason.Malformed);
        Web(With(_rig.FromWeb(Family.IPv6).Udp(1, 2), 14, 0x45)).IsDropped(DropReason.Malformed);
        Web(_rig.FromWeb(Family.IPv4).Raw(58, new byte[8])).IsDropped(DropReason.Malformed);
        Web(_rig.FromWeb(Family.IPv6).Raw(1, new byte[8])).IsDropped(DropReason.Malformed);
    }

    [Fact]
    public void IPv4_options_are_walked()
    {
        Web(_rig.FromWeb(Family.IPv4).WithIPv4Options(131, 7, 4, 10, 9, 0, 3, 0).Udp(1, 2)).IsDropped(DropReason.SourceRoute);
        Web(_rig.FromWeb(Family.IPv4).WithIPv4Options(1, 137, 7, 4, 10, 9, 0, 3).Udp(1, 2)).IsDropped(DropReason.SourceRoute);
        Web(_rig.FromWeb(Family.IPv4).WithIPv4Options(7, 3, 4, 131, 7, 4, 10, 9).Udp(1, 2)).IsDropped(DropReason.SourceRoute);
        Web(_rig.FromWeb(Family.IPv4).WithIPv4Options(7, 0, 0, 0).Udp(1, 2)).IsDropped(DropReason.Malformed);
        Web(_rig.FromWeb(Family.IPv4).WithIPv4Options(7, 1, 0, 0).Udp(1, 2)).IsDropped(DropReason.Malformed);
        Web(_rig.FromWeb(Family.IPv4).WithIPv4Options(7, 5, 0, 0).Udp(1, 2)).IsDropped(DropReason.Malformed);
        Web(_rig.FromWeb(Family.IPv4).WithIPv4Options(1, 1, 1, 7).Udp(1, 2)).IsDropped(DropReason.Malformed);
        Web(_rig.FromWeb(Family.IPv4).WithIPv4Options([.. Enumerable.Repeat((byte)1, 40)]).Udp(1, 2)).IsRedirected();
        // Record route with room for nine; router alert; nothing counts behind the end.
        Web(_rig.FromWeb(Family.IPv4).WithIPv4Options([7, 39, 4, .. new byte[37]]).Udp(1, 2)).IsRedirected();
        Web(_rig.FromWeb(Family.IPv4).WithIPv4Options(148, 4, 0, 0).Udp(1, 2)).IsRedirected();
        Web(_rig.FromWeb(Family.IPv4).WithIPv4Options(0, 131, 7, 4).Udp(1, 2)).IsRedirected();
    }

    [Theory, InlineData(135), InlineData(139), InlineData(140), InlineData(253), InlineData(254)]
    public void What_receivers_take_for_a_protocol_is_judged_as_one_whatever_follows_it(int protocol)
    {
        using var rig = new Rig().AllowWebToDb(17, 53).Enforce();

        var outcome = rig.WebSends(rig.FromWeb(Family.IPv6).WithExtensionHeader((byte)protocol, Padding).Udp(1, 53));

        outcome.IsDropped(DropReason.PolicyDeniedEgress);
        Assert.Equal((protocol, 0), (outcome.Event!.Protocol, outcome.Event.DestinationPort));
    }

    [Fact]
    public void Hop_by_hop_options_come_first_or_not_at_all() =>
        Web(_rig.FromWeb(Family.IPv6).WithExtensionHeader(DestinationOptions, Padding).WithExtensionHeader(HopByHop, Padding).Udp(1, 2))
            .IsDropped(DropReason.Malformed);

    [Theory, InlineData(Family.IPv4), InlineData(Family.IPv6)]
    public void Redirects(Family family) => Web(
        family == Family.IPv4
            ? _rig.FromWeb(family).Raw(1, 5, 1, 0, 0, 10, 9, 0, 3)
            : _rig.FromWeb(family).WithHopLimit(255).IcmpV6([137, .. new byte[39]])).IsDropped(DropReason.IcmpRedirect);

    [Fact]
    public void Ports_are_found_behind_options_and_extension_headers()
    {
        using var rig = new Rig().AllowWebToDb(17, 53).Enforce();

        rig.WebSends(rig.FromWeb(Family.IPv4).WithIPv4Options(1, 1, 1, 0).Udp(1, 53)).IsRedirected();
        rig.WebSends(rig.FromWeb(Family.IPv4).WithIPv4Options(1, 1, 1, 0).Udp(1, 54)).IsDropped(DropReason.PolicyDeniedEgress);
        var behind = rig.FromWeb(Family.IPv6).WithExtensionHeader(HopByHop, Padding).WithExtensionHeader(DestinationOptions, Padding);
        rig.WebSends(behind.Udp(2, 53)).IsRedirected();
        rig.WebSends(behind.Udp(2, 54)).IsDropped(DropReason.PolicyDeniedEgress);
    }

    [Fact]
    public void Extension_headers_that_go_too_far()
    {
        var many = _rig.FromWeb(Family.IPv6);
        for (int i = 0; i < 9; i++)
            many = many.WithExtensionHeader(DestinationOptions, Padding);
        Web(many.Udp(1, 2)).IsDropped(DropReason.TooManyExtensionHeaders);
        Web(_rig.FromWeb(Family.IPv6).WithExtensionHeader(Routing, 0, 0, 0, 0, 0, 0, 0).Udp(1, 2)).IsDropped(DropReason.RoutingHeader);
        Web(_rig.FromWeb(Family.IPv6).WithExtensionHeader(DestinationOptions, 255, 0, 0, 0, 0, 0, 0).Udp(1, 2)).IsDropped(DropReason.Truncated);
        Web(_rig.FromWeb(Family.IPv6).Raw(NoNextHeader)).IsRedirected();
    }

    [Theory, InlineData(Family.IPv4), InlineData(Family.IPv6)]
    public void The_last_hop_is_spent(Family family)
    {
        var frame = _rig.FromWeb(family).WithHopLimit(1).Udp(1, 2);
        var outcome = Web(frame).TellsDrop(DropReason.HopLimitExceeded);
        if (family == Family.IPv4)
            Assert.Equal(frame, outcome.IsPassed().Data); // for the host's stack to tell the sender
        else
            outcome.AnswersWithError(frame, type: 3, value: 0);
        Assert.Single(_rig.Datapath.DumpFlows()); // errors need a flow that they are about
        Assert.Equal(1, Web(_rig.FromWeb(family).WithHopLimit(2).Udp(1, 2)).IsRedirected().Packet.HopLimit);
    }

    [Fact]
    public void Foreign_protocols_on_the_wire()
    {
        Web(_rig.FromWeb(Family.IPv4).WithEtherType(0x88cc).Udp(1, 2)).IsDropped(DropReason.UnsupportedEthertype);
        Web([.. new byte[6], .. Rig.Web.Mac.GetAddressBytes(), 8, 6]).IsDropped(DropReason.ForeignDestinationMac);
    }

    [Fact]
    public void Random_bytes_never_pass()
    {
        // Right MACs and ethertype, so that the garbage gets as deep as it can; the source address is never web's.
        var random = new Random(4711);
        for (int i = 0; i < 5000; i++)
        {
            var frame = new byte[random.Next(54, 200)];
            random.NextBytes(frame);
            Rig.Gateway.Mac.GetAddressBytes().CopyTo(frame, 0);
            Rig.Web.Mac.GetAddressBytes().CopyTo(frame, 6);
            (frame[12], frame[13]) = (i % 3) switch { 0 => ((byte)0x08, (byte)0x00), 1 => ((byte)0x86, (byte)0xdd), _ => ((byte)0x08, (byte)0x06) };
            Assert.Equal(2, _rig.VerdictOfWeb(frame));
        }
    }

    private Outcome Web(byte[] frame) => _rig.WebSends(frame);

    private static byte[] With(byte[] frame, int offset, byte value)
    {
        var changed = (byte[])frame.Clone();
        changed[offset] = value;
        return changed;
    }
}
