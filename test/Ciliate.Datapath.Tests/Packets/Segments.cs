using System.Buffers.Binary;

namespace Ciliate.Datapath.Tests.Packets;

[Flags]
public enum TcpFlags : byte
{
    None = 0,
    Fin = 1,
    Syn = 2,
    Rst = 4,
    Ack = 16,
}

/// <summary>Transport headers with their payload, checksums left 0.</summary>
internal static class Segments
{
    public static byte[] Tcp(int sourcePort, int destinationPort, TcpFlags flags, int payload)
    {
        var segment = new byte[20 + payload];
        WritePorts(segment, sourcePort, destinationPort);
        BinaryPrimitives.WriteUInt32BigEndian(segment.AsSpan(4), 1000);
        segment[12] = 5 << 4;
        segment[13] = (byte)flags;
        BinaryPrimitives.WriteUInt16BigEndian(segment.AsSpan(14), 65535);
        return segment;
    }

    public static byte[] Udp(int sourcePort, int destinationPort, int payload)
    {
        var segment = new byte[8 + payload];
        WritePorts(segment, sourcePort, destinationPort);
        BinaryPrimitives.WriteUInt16BigEndian(segment.AsSpan(4), (ushort)segment.Length);
        return segment;
    }

    public static byte[] Echo(byte type, int id, int payload)
    {
        var message = new byte[8 + payload];
        message[0] = type;
        BinaryPrimitives.WriteUInt16BigEndian(message.AsSpan(4), (ushort)id);
        BinaryPrimitives.WriteUInt16BigEndian(message.AsSpan(6), 1);
        for (int i = 8; i < message.Length; i++)
            message[i] = (byte)i;
        return message;
    }

    private static void WritePorts(byte[] segment, int source, int destination)
    {
        BinaryPrimitives.WriteUInt16BigEndian(segment, (ushort)source);
        BinaryPrimitives.WriteUInt16BigEndian(segment.AsSpan(2), (ushort)destination);
    }
}

/// <summary>The Internet checksum (RFC 1071).</summary>
internal static class Checksum
{
    public static uint Sum(ReadOnlySpan<byte> bytes)
    {
        uint sum = 0;
        for (int i = 0; i < bytes.Length; i++)
            sum += (i & 1) == 0 ? (uint)bytes[i] << 8 : bytes[i];
        return sum;
    }

    public static ushort Fold(uint sum)
    {
        while (sum > 0xffff)
            sum = (sum & 0xffff) + (sum >> 16);
        return (ushort)~sum;
    }
}
