using System.Buffers.Binary;
using System.Net;
using System.Numerics;
using Ciliate.EndToEnd.Tests.OneHost;
using Ciliate.EndToEnd.Tests.Probes;
using static Ciliate.EndToEnd.Tests.Frames.Frame;

namespace Ciliate.EndToEnd.Tests.FlowTypes;

/// <summary>A kind of flow by packets that open one, crafted since no socket sends them as they are.</summary>
/// <param name="Any">Whether <c>protocol: ANY</c> speaks of it.</param>
/// <param name="Reasons">Why its packets are dropped where policy denies them, one each.</param>
/// <param name="Build">The packets, between two addresses of a family that the kind has.</param>
public sealed record PacketKind(string Name, bool Any, IReadOnlyList<string> Reasons, Func<IPAddress, IPAddress, byte[][]> Build)
{
    private const byte HopByHop = 0, Fragment = 44, Gre = 47, Esp = 50, Authentication = 51, DestinationOptions = 60, Sctp = 132, Mobility = 135;
    private static readonly IReadOnlyList<string> ByPolicy = [Expectations.IngressDenied];

    // What follows a first fragment that did not pass has no ports.
    private static readonly IReadOnlyList<string> PiecesByPolicy = [Expectations.IngressDenied, "fragment unknown"];

    public static IReadOnlyList<PacketKind> Of(Family family) => [.. Both, .. family == Family.IPv4 ? OfIPv4 : OfIPv6];

    private static IReadOnlyList<PacketKind> Both { get; } =
    [
        One("UDP", true, UdpProtocol, Datagram(Talkers.Port)),
        One("TCP", true, TcpProtocol, Syn()),
        One("SCTP", true, Sctp, Init()),
        One("GRE", false, Gre, [0, 0, 8, 0, .. IPv4(IPAddress.Parse("192.0.2.1"), IPAddress.Parse("192.0.2.2"), UdpProtocol, Datagram(Talkers.Port))]),
        One("ESP", false, Esp, [0, 0, 0x10, 0, 0, 0, 0, 1, .. new byte[24]]),
        new("echo request", false, ByPolicy, (from, to) => [Echo(from, to)]),
    ];

    private static IReadOnlyList<PacketKind> OfIPv4 { get; } =
    [
        // Record route (RFC 791), router alert (RFC 2113), and what nobody knows.
        new("UDP behind a record of its route", true, ByPolicy, (from, to) => [WithOptions(Packet(from, to, UdpProtocol, Datagram(Talkers.Port)), 7, 7, 4, 0, 0, 0, 0, 0)]),
        new("UDP behind a router alert", true, ByPolicy, (from, to) => [WithOptions(Packet(from, to, UdpProtocol, Datagram(Talkers.Port)), 148, 4, 0, 0)]),
        new("UDP behind an unknown option", true, ByPolicy, (from, to) => [WithOptions(Packet(from, to, UdpProtocol, Datagram(Talkers.Port)), 1, 30, 3, 0)]),
        new("UDP in two pieces", true, PiecesByPolicy, (from, to) =>
        [
            WithFragmentField(IPv4(from, to, UdpProtocol, [.. Datagram(Talkers.Port), 5, 6, 7, 8]), 0x2000),
            WithFragmentField(IPv4(from, to, UdpProtocol, 9, 10, 11, 12), 2),
        ]),
    ];

    private static IReadOnlyList<PacketKind> OfIPv6 { get; } =
    [
        Behind("hop-by-hop options", HopByHop, [UdpProtocol, 0, 1, 4, 0, 0, 0, 0]),
        Behind("destination options", DestinationOptions, [UdpProtocol, 0, 1, 4, 0, 0, 0, 0]),
        Behind("an authentication header", Authentication, [UdpProtocol, 4, .. new byte[22]]),
        // To receivers a protocol, whatever follows (docs/datapath.md).
        Behind("a mobility header", Mobility, [UdpProtocol, 0, .. new byte[6]]) with { Any = false },
        Behind("a fragment header that cuts nothing", Fragment, [UdpProtocol, 0, 0, 0, 0, 0, 0, 7]),
        Behind("three headers", HopByHop, [DestinationOptions, 0, 1, 4, 0, 0, 0, 0, Authentication, 0, 1, 4, 0, 0, 0, 0, UdpProtocol, 4, .. new byte[22]]),
        new("UDP in two pieces", true, PiecesByPolicy, (from, to) =>
        [
            IPv6(from, to, Fragment, [UdpProtocol, 0, 0, 1, 0, 0, 0, 8, .. Datagram(Talkers.Port), 5, 6, 7, 8]),
            IPv6(from, to, Fragment, UdpProtocol, 0, 0, 16, 0, 0, 0, 8, 9, 10, 11, 12),
        ]),
    ];

    private static PacketKind One(string name, bool any, byte protocol, byte[] content) =>
        new(name, any, ByPolicy, (from, to) => [Packet(from, to, protocol, content)]);

    private static PacketKind Behind(string what, byte next, byte[] headers) =>
        new("UDP behind " + what, true, ByPolicy, (from, to) => [IPv6(from, to, next, [.. headers, .. Datagram(Talkers.Port)])]);

    private static byte[] Syn()
    {
        byte[] segment = new byte[20];
        BinaryPrimitives.WriteUInt16BigEndian(segment, 12345);
        BinaryPrimitives.WriteUInt16BigEndian(segment.AsSpan(2), Talkers.Port);
        (segment[12], segment[13]) = (0x50, 2);
        return segment;
    }

    /// <summary>RFC 9260: ports, verification tag, CRC32c (appendix A: its lowest byte goes first), and an INIT chunk.</summary>
    private static byte[] Init()
    {
        byte[] packet = [0x30, 0x39, Talkers.Port >> 8, Talkers.Port & 0xff, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 20, 1, 2, 3, 4, 0, 1, 0, 0, 0, 1, 0, 1, 0, 0, 0, 1];
        uint crc = uint.MaxValue;
        foreach (byte one in packet)
            crc = BitOperations.Crc32C(crc, one);
        BinaryPrimitives.WriteUInt32LittleEndian(packet.AsSpan(8), ~crc);
        return packet;
    }

    private static byte[] Echo(IPAddress from, IPAddress to)
    {
        bool ipv4 = from.AddressFamily == System.Net.Sockets.AddressFamily.InterNetwork;
        byte[] request = [ipv4 ? (byte)8 : (byte)128, 0, 0, 0, 0x77, 0x77, 0, 1];
        if (!ipv4)
            return IPv6(from, to, IcmpV6Protocol, WithIcmpV6Checksum(from, to, request));
        BinaryPrimitives.WriteUInt16BigEndian(request.AsSpan(2), Checksum(request));
        return IPv4(from, to, IcmpProtocol, request);
    }
}
