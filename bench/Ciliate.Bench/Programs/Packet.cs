using System.Buffers.Binary;
using System.Net;
using System.Net.NetworkInformation;

namespace Ciliate.Bench.Programs;

/// <summary>A TCP packet without payload as a container sends it, at least 64 bytes on the wire. The TCP checksum is left 0: no program
/// looks at it.</summary>
internal sealed record Packet(PhysicalAddress DestinationMac, PhysicalAddress SourceMac, IPAddress Source, IPAddress Destination)
{
    public const byte HopLimit = 64, Syn = 0x02, Ack = 0x10;

    private const int EthernetLength = 14, TcpLength = 20, LeastLength = 64;
    private const byte Tcp = 6;

    /// <summary>Destination port of a flow that stays the same, and the first of those that change.</summary>
    public ushort DestinationPort { get; init; } = Replay.DestinationPort;

    /// <summary>Bits of the source port that flows differ by; the destination port does the rest.</summary>
    public uint SourcePortBits { get; init; } = Replay.SourcePortBits;

    /// <summary>Networks that the destinations go through; null: the destination is always the same.</summary>
    public DestinationNetworks? Networks { get; init; }

    public bool IsIPv6 => Source.GetAddressBytes().Length == 16;

    /// <summary>Of the IPv4 header, as on the wire; 0 for IPv6.</summary>
    public ushort Checksum => IsIPv6 ? (ushort)0 : BinaryPrimitives.ReadUInt16LittleEndian(IPv4Header().AsSpan(10));

    public byte[] Build(byte flags)
    {
        byte[] network = IsIPv6 ? IPv6Header() : IPv4Header();
        var frame = new byte[EthernetLength + network.Length + PayloadLength];
        DestinationMac.GetAddressBytes().CopyTo(frame, 0);
        SourceMac.GetAddressBytes().CopyTo(frame, 6);
        BinaryPrimitives.WriteUInt16BigEndian(frame.AsSpan(12), (ushort)(IsIPv6 ? 0x86dd : 0x0800));
        network.CopyTo(frame, EthernetLength);
        var tcp = frame.AsSpan(EthernetLength + network.Length);
        BinaryPrimitives.WriteUInt16BigEndian(tcp, Replay.SourcePort);
        BinaryPrimitives.WriteUInt16BigEndian(tcp[2..], DestinationPort);
        tcp[12] = TcpLength / 4 << 4;
        tcp[13] = flags;
        return frame;
    }

    /// <summary>Bytes behind the network header.</summary>
    private int PayloadLength => IsIPv6 ? TcpLength : LeastLength - EthernetLength - 20;

    private byte[] IPv4Header()
    {
        var header = new byte[20];
        header[0] = 0x45;
        BinaryPrimitives.WriteUInt16BigEndian(header.AsSpan(2), (ushort)(header.Length + PayloadLength));
        header[8] = HopLimit;
        header[9] = Tcp;
        Source.GetAddressBytes().CopyTo(header, 12);
        Destination.GetAddressBytes().CopyTo(header, 16);
        uint sum = 0;
        for (int i = 0; i < header.Length; i += 2)
            sum += BinaryPrimitives.ReadUInt16BigEndian(header.AsSpan(i));
        while (sum > 0xffff)
            sum = (sum & 0xffff) + (sum >> 16);
        BinaryPrimitives.WriteUInt16BigEndian(header.AsSpan(10), (ushort)~sum);
        return header;
    }

    private byte[] IPv6Header()
    {
        var header = new byte[40];
        header[0] = 0x60;
        BinaryPrimitives.WriteUInt16BigEndian(header.AsSpan(4), (ushort)PayloadLength);
        header[6] = Tcp;
        header[7] = HopLimit;
        Source.GetAddressBytes().CopyTo(header, 8);
        Destination.GetAddressBytes().CopyTo(header, 24);
        return header;
    }
}

/// <summary>Networks at equal distances, one address in each: of IPv4 /24, of IPv6 /56.</summary>
/// <param name="First">Word that they count in: of IPv4 the address, of IPv6 its bytes 4 to 7; host order.</param>
internal sealed record DestinationNetworks(uint First, int Count, uint Distance);
