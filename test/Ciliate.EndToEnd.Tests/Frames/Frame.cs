using System.Buffers.Binary;
using System.Net;
using System.Net.NetworkInformation;

namespace Ciliate.EndToEnd.Tests.Frames;

/// <summary>Frames from their parts; lengths and checksums are right unless a test breaks them afterwards.</summary>
public static class Frame
{
    public const ushort IPv4Type = 0x0800, IPv6Type = 0x86dd;
    public const int EthernetLength = 14, IPv4Length = 20, IPv6Length = 40;
    private const byte UdpProtocol = 17;

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
    public static byte[] Packet(IPAddress from, IPAddress to)
    {
        byte[] datagram = [0x30, 0x39, 0, 9, 0, 12, 0, 0, 1, 2, 3, 4];
        return from.AddressFamily == System.Net.Sockets.AddressFamily.InterNetwork
            ? IPv4(from, to, UdpProtocol, datagram)
            : IPv6(from, to, UdpProtocol, datagram);
    }

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
        uint sum = 0;
        for (int i = 0; i < IPv4Length; i += 2)
        {
            sum += BinaryPrimitives.ReadUInt16BigEndian(packet.AsSpan(i));
        }

        sum = (sum & 0xffff) + (sum >> 16);
        sum = (sum & 0xffff) + (sum >> 16);
        BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(10), (ushort)~sum);
        return packet;
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

    /// <summary>RFC 826, for IPv4 over Ethernet.</summary>
    public static byte[] ArpRequest(PhysicalAddress senderMac, IPAddress sender, IPAddress target) =>
    [
        0, 1, 8, 0, 6, 4, 0, 1, .. senderMac.GetAddressBytes(), .. sender.GetAddressBytes(), 0, 0, 0, 0, 0, 0, .. target.GetAddressBytes(),
    ];
}
