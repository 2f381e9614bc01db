using System.Buffers.Binary;
using System.Net;
using System.Net.NetworkInformation;

namespace Ciliate.EndToEnd.Tests.Frames;

/// <summary>Frames from their parts; lengths and checksums are right unless a test breaks them afterwards.</summary>
public static class Frame
{
    public const ushort IPv4Type = 0x0800, IPv6Type = 0x86dd, ArpType = 0x0806;
    public const int EthernetLength = 14, IPv4Length = 20, IPv6Length = 40;
    public const byte IcmpProtocol = 1, TcpProtocol = 6, UdpProtocol = 17, IcmpV6Protocol = 58;

    public static PhysicalAddress EveryMac { get; } = new([255, 255, 255, 255, 255, 255]);

    public static PhysicalAddress AllNodesMac { get; } = new([0x33, 0x33, 0, 0, 0, 1]);

    public static IPAddress AllNodes { get; } = IPAddress.Parse("ff02::1");

    public static byte[] Ethernet(PhysicalAddress to, PhysicalAddress from, ushort type, params ReadOnlySpan<byte> payload)
    {
        byte[] frame = new byte[EthernetLength + payload.Length];
        to.GetAddressBytes().CopyTo(frame, 0);
        from.GetAddressBytes().CopyTo(frame, 6);
        BinaryPrimitives.WriteUInt16BigEndian(frame.AsSpan(12), type);
        payload.CopyTo(frame.AsSpan(EthernetLength));
        return frame;
    }

    /// <summary>A packet of either family with a UDP datagram to port 9.</summary>
    public static byte[] Packet(IPAddress from, IPAddress to) => Packet(from, to, UdpProtocol, Datagram(9));

    /// <summary>A packet of either family.</summary>
    public static byte[] Packet(IPAddress from, IPAddress to, byte protocol, params ReadOnlySpan<byte> payload) =>
        from.AddressFamily == System.Net.Sockets.AddressFamily.InterNetwork ? IPv4(from, to, protocol, payload) : IPv6(from, to, protocol, payload);

    /// <summary>Four bytes by UDP. Without a checksum, which IPv4 allows and hooks do not look at.</summary>
    public static byte[] Datagram(int to, int from = 12345) => [(byte)(from >> 8), (byte)from, (byte)(to >> 8), (byte)to, 0, 12, 0, 0, 1, 2, 3, 4];

    /// <summary>RFC 791.</summary>
    public static byte[] IPv4(IPAddress from, IPAddress to, byte protocol, params ReadOnlySpan<byte> payload)
    {
        byte[] packet = new byte[IPv4Length + payload.Length];
        packet[0] = 0x45;
        BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(2), (ushort)packet.Length);
        packet[8] = 64;
        packet[9] = protocol;
        from.GetAddressBytes().CopyTo(packet, 12);
        to.GetAddressBytes().CopyTo(packet, 16);
        payload.CopyTo(packet.AsSpan(IPv4Length));
        return WithChecksum(packet);
    }

    /// <summary>Sets the header's checksum after a change.</summary>
    public static byte[] WithChecksum(byte[] packet)
    {
        packet[10] = packet[11] = 0;
        BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(10), Checksum(packet.AsSpan(0, IPv4Length)));
        return packet;
    }

    /// <summary>RFC 1071; the field itself must be 0.</summary>
    public static ushort Checksum(ReadOnlySpan<byte> covered)
    {
        uint sum = 0;
        for (int i = 0; i < covered.Length; i += 2)
        {
            sum += i + 1 < covered.Length ? BinaryPrimitives.ReadUInt16BigEndian(covered[i..]) : (uint)covered[i] << 8;
        }

        sum = (sum & 0xffff) + (sum >> 16);
        sum = (sum & 0xffff) + (sum >> 16);
        return (ushort)~sum;
    }

    /// <summary>RFC 8200.</summary>
    public static byte[] IPv6(IPAddress from, IPAddress to, byte nextHeader, params ReadOnlySpan<byte> payload)
    {
        byte[] packet = new byte[IPv6Length + payload.Length];
        packet[0] = 0x60;
        BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(4), (ushort)payload.Length);
        packet[6] = nextHeader;
        packet[7] = 64;
        from.GetAddressBytes().CopyTo(packet, 8);
        to.GetAddressBytes().CopyTo(packet, 24);
        payload.CopyTo(packet.AsSpan(IPv6Length));
        return packet;
    }

    /// <summary>Options between header and content; a multiple of four bytes.</summary>
    public static byte[] WithOptions(byte[] packet, params ReadOnlySpan<byte> options)
    {
        byte[] changed = [.. packet[..IPv4Length], .. options, .. packet[IPv4Length..]];
        changed[0] = (byte)(0x45 + (options.Length / 4));
        BinaryPrimitives.WriteUInt16BigEndian(changed.AsSpan(2), (ushort)changed.Length);
        return changed;
    }

    /// <summary>Flags and offset of RFC 791.</summary>
    public static byte[] WithFragmentField(byte[] packet, ushort field)
    {
        BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(6), field);
        return WithChecksum(packet);
    }

    /// <summary>RFC 4443, 2.3.</summary>
    public static byte[] WithIcmpV6Checksum(IPAddress from, IPAddress to, byte[] message)
    {
        BinaryPrimitives.WriteUInt16BigEndian(message.AsSpan(2), Checksum([.. PseudoHeader(from, to, IcmpV6Protocol, message.Length), .. message]));
        return message;
    }

    /// <summary>"Port unreachable" about a packet that the sender of the error got, of either family (RFC 792, RFC 4443).</summary>
    public static byte[] PortUnreachable(IPAddress from, IPAddress to, ReadOnlySpan<byte> about)
    {
        if (from.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6)
            return IPv6(from, to, IcmpV6Protocol, WithIcmpV6Checksum(from, to, [1, 4, 0, 0, 0, 0, 0, 0, .. about]));
        byte[] message = [3, 3, 0, 0, 0, 0, 0, 0, .. about];
        BinaryPrimitives.WriteUInt16BigEndian(message.AsSpan(2), Checksum(message));
        return IPv4(from, to, IcmpProtocol, message);
    }

    /// <summary>A UDP datagram with the sum over all of it, or over the pseudo header alone, as a sender leaves it that has a card to do the rest.</summary>
    public static byte[] Datagram(IPEndPoint from, IPEndPoint to, ReadOnlySpan<byte> content, bool leaveSumToCard = false)
    {
        byte[] datagram = [.. Datagram(to.Port, from.Port)[..8], .. content];
        BinaryPrimitives.WriteUInt16BigEndian(datagram.AsSpan(4), (ushort)datagram.Length);
        byte[] pseudo = PseudoHeader(from.Address, to.Address, UdpProtocol, datagram.Length);
        BinaryPrimitives.WriteUInt16BigEndian(datagram.AsSpan(6), leaveSumToCard ? (ushort)~Checksum(pseudo) : Checksum([.. pseudo, .. datagram]));
        return datagram;
    }

    /// <summary>Who sent the packet in a frame, by its IP header.</summary>
    public static IPAddress SourceOf(ReadOnlySpan<byte> frame) =>
        new(BinaryPrimitives.ReadUInt16BigEndian(frame[12..]) == IPv4Type ? frame[26..30] : frame[22..38]);

    /// <summary>RFC 768 and RFC 8200, 8.1.</summary>
    private static byte[] PseudoHeader(IPAddress from, IPAddress to, byte protocol, int length) =>
        from.AddressFamily == System.Net.Sockets.AddressFamily.InterNetwork
            ? [.. from.GetAddressBytes(), .. to.GetAddressBytes(), 0, protocol, (byte)(length >> 8), (byte)length]
            : [.. from.GetAddressBytes(), .. to.GetAddressBytes(), 0, 0, (byte)(length >> 8), (byte)length, 0, 0, 0, protocol];

    /// <summary>RFC 826, for IPv4 over Ethernet.</summary>
    public static byte[] ArpRequest(PhysicalAddress senderMac, IPAddress sender, IPAddress target) =>
    [
        0, 1, 8, 0, 6, 4, 0, 1, .. senderMac.GetAddressBytes(), .. sender.GetAddressBytes(), 0, 0, 0, 0, 0, 0, .. target.GetAddressBytes(),
    ];

    public static byte[] ArpReply(PhysicalAddress senderMac, IPAddress sender, IPAddress target)
    {
        byte[] arp = ArpRequest(senderMac, sender, target);
        arp[7] = 2;
        return arp;
    }
}
