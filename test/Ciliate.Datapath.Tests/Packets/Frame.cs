using System.Buffers.Binary;
using System.Net;
using System.Net.NetworkInformation;

namespace Ciliate.Datapath.Tests.Packets;

/// <summary>An Ethernet frame told in a sentence: <c>Frame.From(web).To(db).Over(family).Tcp(40000, 80, TcpFlags.Syn)</c>.
/// Lengths and checksums are right unless a sentence says otherwise.</summary>
public sealed record Frame
{
    private const int EthernetLength = 14;

    private PhysicalAddress SourceMac { get; init; } = PhysicalAddress.None;
    private PhysicalAddress DestinationMac { get; init; } = PhysicalAddress.None;
    private Station? Sender { get; init; }
    private Station? Receiver { get; init; }
    private IPAddress? Source { get; init; }
    private IPAddress? Destination { get; init; }
    private byte HopLimit { get; init; } = 64;
    private byte[] Options { get; init; } = [];
    private IReadOnlyList<(byte Protocol, byte[] Content)> ExtensionHeaders { get; init; } = [];
    private ushort FragmentField { get; init; }
    private ushort Identification { get; init; }
    public Family Family { get; private init; }
    private byte Protocol { get; init; }
    private byte[] Transport { get; init; } = [];
    private ushort? EtherType { get; init; }

    public static Frame From(Station sender) => new() { Sender = sender, SourceMac = sender.Mac };

    public Frame To(Station receiver) => this with { Receiver = receiver };

    /// <summary>The MAC that the frame is sent to: for a container always its gateway's.</summary>
    public Frame Via(Station gateway) => this with { DestinationMac = gateway.Mac };

    public Frame Via(PhysicalAddress mac) => this with { DestinationMac = mac };

    public Frame WithSourceMac(PhysicalAddress mac) => this with { SourceMac = mac };

    public Frame WithSource(IPAddress address) => this with { Source = address };

    public Frame WithDestination(IPAddress address) => this with { Destination = address };

    public Frame WithHopLimit(byte hops) => this with { HopLimit = hops };

    public Frame WithIPv4Options(params byte[] options) => this with { Options = options };

    public Frame WithExtensionHeader(byte protocol, params byte[] content) =>
        this with { ExtensionHeaders = [.. ExtensionHeaders, (protocol, content)] };

    /// <summary>The 16-bit flags and offset field of IPv4.</summary>
    public Frame WithFragmentField(ushort field) => this with { FragmentField = field };

    /// <summary>The 16-bit number of an IPv4 packet, by which its pieces are put together.</summary>
    public Frame WithIdentification(ushort id) => this with { Identification = id };

    public Frame WithEtherType(ushort etherType) => this with { EtherType = etherType };

    public Frame Over(Family family) => this with
    {
        Family = family,
        Source = Source ?? Sender?.Address(family),
        Destination = Destination ?? Receiver?.Address(family),
    };

    public byte[] Tcp(int sourcePort, int destinationPort, TcpFlags flags, int payload = 0) =>
        Build(6, Segments.Tcp(sourcePort, destinationPort, flags, payload), 16);

    public byte[] Udp(int sourcePort, int destinationPort, int payload = 8) => Build(17, Segments.Udp(sourcePort, destinationPort, payload), 6);

    public byte[] EchoRequest(int id, int payload = 32) => Echo(Family == Family.IPv4 ? (byte)8 : (byte)128, id, payload);

    public byte[] EchoReply(int id, int payload = 32) => Echo(Family == Family.IPv4 ? (byte)0 : (byte)129, id, payload);

    /// <summary>Any transport; no checksum is filled in.</summary>
    public byte[] Raw(byte protocol, params byte[] transport) => Build(protocol, transport, null);

    /// <summary>An ICMP message with its checksum.</summary>
    public byte[] Icmp(params byte[] message) => Build(1, message, 2);

    /// <summary>An ICMPv6 message with its checksum.</summary>
    public byte[] IcmpV6(params byte[] message) => Build(58, message, 2);

    private byte[] Echo(byte type, int id, int payload) => Build(Family == Family.IPv4 ? (byte)1 : (byte)58, Segments.Echo(type, id, payload), 2);

    private byte[] Build(byte protocol, byte[] transport, int? checksumOffset)
    {
        var frame = this with { Protocol = protocol, Transport = transport };
        var network = Family == Family.IPv4 ? frame.IPv4Header() : frame.IPv6Header();
        if (checksumOffset is { } offset)
        {
            bool covered = protocol != 1;
            var sum = covered ? frame.PseudoHeaderSum() : 0;
            BinaryPrimitives.WriteUInt16BigEndian(transport.AsSpan(offset), Checksum.Fold(sum + Checksum.Sum(transport)));
        }
        return [.. DestinationMac.GetAddressBytes(), .. SourceMac.GetAddressBytes(), .. frame.EtherTypeBytes(), .. network, .. transport];
    }

    private byte[] EtherTypeBytes()
    {
        int type = EtherType ?? (Family == Family.IPv4 ? 0x0800 : 0x86dd);
        return [(byte)(type >> 8), (byte)type];
    }

    private byte[] IPv4Header()
    {
        var header = new byte[20 + Options.Length];
        header[0] = (byte)(0x40 | (header.Length / 4));
        BinaryPrimitives.WriteUInt16BigEndian(header.AsSpan(2), (ushort)(header.Length + Transport.Length));
        BinaryPrimitives.WriteUInt16BigEndian(header.AsSpan(4), Identification);
        BinaryPrimitives.WriteUInt16BigEndian(header.AsSpan(6), FragmentField);
        header[8] = HopLimit;
        header[9] = Protocol;
        Source!.GetAddressBytes().CopyTo(header, 12);
        Destination!.GetAddressBytes().CopyTo(header, 16);
        Options.CopyTo(header, 20);
        BinaryPrimitives.WriteUInt16BigEndian(header.AsSpan(10), Checksum.Fold(Checksum.Sum(header)));
        return header;
    }

    private byte[] IPv6Header()
    {
        var extensions = new List<byte>();
        byte first = Protocol;
        for (int i = ExtensionHeaders.Count - 1; i >= 0; i--)
        {
            var (protocol, content) = ExtensionHeaders[i];
            extensions.InsertRange(0, [first, .. content]);
            first = protocol;
        }
        var header = new byte[40];
        header[0] = 0x60;
        BinaryPrimitives.WriteUInt16BigEndian(header.AsSpan(4), (ushort)(extensions.Count + Transport.Length));
        header[6] = first;
        header[7] = HopLimit;
        Source!.GetAddressBytes().CopyTo(header, 8);
        Destination!.GetAddressBytes().CopyTo(header, 24);
        return [.. header, .. extensions];
    }

    private uint PseudoHeaderSum() =>
        Checksum.Sum(Source!.GetAddressBytes()) + Checksum.Sum(Destination!.GetAddressBytes()) + Protocol + (uint)Transport.Length;

    /// <summary>Where the network header starts.</summary>
    public static ReadOnlySpan<byte> Network(ReadOnlySpan<byte> frame) => frame[EthernetLength..];
}
