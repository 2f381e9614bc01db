namespace Ciliate.Verdicts.Tests.Frames;

/// <summary>IP packets with options, extension headers, pieces and all transports, behind the Ethernet header. Checksums are left to chance:
/// programs do not look at them.</summary>
internal sealed class PacketBuilder(Random random, Pools pools)
{
    private static readonly int[] s_extensions = [0, 60, 60, 44, 51, 135, 139, 140, 253, 254, 43];
    private static readonly byte[][] s_options =
    [
        [1, 1, 1, 0], [148, 4, 0, 0], [7, 7, 4, 0, 0, 0, 0, 0], [131, 7, 4, 10, 9, 0, 3, 0], [1, 137, 7, 4, 10, 9, 0, 3], [130, 0, 0, 0], [68, 12, 5, 0], [0, 131, 3, 4],
    ];

    public void Write(FrameWriter writer, bool isIPv6, UInt128 source, UInt128 destination)
    {
        int protocol = pools.Protocol(isIPv6);
        if (isIPv6)
            IPv6(writer, source, destination, protocol);
        else
            IPv4(writer, source, destination, protocol);
    }

    private void IPv4(FrameWriter writer, UInt128 source, UInt128 destination, int protocol)
    {
        int start = writer.Length;
        byte[] options = random.Chance(0.06) ? random.Pick(s_options) : [];
        int piece = random.Chance(0.08) ? random.Pick(0x2000, 0x2000, 1, 2, 3, 0x2001, 0x2002, 0x1fff, 0x3fff) : random.Chance(0.5) ? 0x4000 : 0;
        writer.Byte(0x40 | (5 + options.Length / 4)).Byte(0).Number16(0).Number16(pools.Id()).Number16(piece)
            .Byte(HopLimit()).Byte(protocol).Number16(0).Address(source, false).Address(destination, false).Bytes(options);
        Transport(writer, false, protocol, source, destination);
        writer.Put16(start + 2, writer.Length - start);
        Pad(writer);
    }

    private void IPv6(FrameWriter writer, UInt128 source, UInt128 destination, int protocol)
    {
        int start = writer.Length, next = start + 6;
        writer.Number32(0x60000000).Number16(0).Byte(protocol).Byte(HopLimit()).Address(source, true).Address(destination, true);
        int count = random.Chance(0.12) ? random.Pick(1, 1, 1, 2, 3, 8, 9) : 0;
        for (int i = 0; i < count; i++)
        {
            int extension = random.Pick(s_extensions);
            writer.Put8(next, extension);
            next = writer.Length;
            Extension(writer, extension, protocol);
        }
        Transport(writer, true, protocol, source, destination);
        writer.Put16(start + 4, writer.Length - start - 40);
        Pad(writer);
    }

    private void Extension(FrameWriter writer, int extension, int protocol)
    {
        writer.Byte(protocol);
        if (extension == 44)
            writer.Byte(0).Number16(random.Pick(1, 1, 0, 8, 16, 24, 9, 17, 0xfff8)).Number32((uint)pools.Id());
        else if (extension == 51)
            writer.Byte(4).Zeros(22);
        else
            writer.Byte(1).Bytes([1, 4, 0, 0, 0, 0]).Zeros(8);
    }

    private void Transport(FrameWriter writer, bool isIPv6, int protocol, UInt128 source, UInt128 destination)
    {
        switch (protocol)
        {
            case 6:
                int words = random.Chance(0.9) ? 5 : random.Next(16);
                writer.Number16(pools.SourcePort()).Number16(pools.DestinationPort()).Zeros(8).Byte(words << 4).Byte(pools.TcpFlags()).Zeros(6);
                break;
            case 17:
                writer.Number16(pools.SourcePort()).Number16(pools.DestinationPort()).Number16(16).Number16(0);
                break;
            case 132:
                writer.Number16(pools.SourcePort()).Number16(pools.DestinationPort()).Zeros(8);
                break;
            case 1 or 58:
                Message(writer, isIPv6, source, destination);
                return;
        }
        writer.Zeros(random.Pick(0, 4, 8, 24, 24, 64));
    }

    /// <summary>Some embed a packet, such as the receiver might have sent.</summary>
    private void Message(FrameWriter writer, bool isIPv6, UInt128 source, UInt128 destination)
    {
        writer.Byte(pools.MessageType(isIPv6)).Byte(random.Chance(0.8) ? 0 : random.Next(8)).Number16(0).Number16(pools.Id()).Number16(0);
        if (!random.Chance(0.5))
        {
            writer.Zeros(random.Pick(0, 8, 24));
            return;
        }
        var about = random.Chance(0.8) ? source : pools.Anybody(isIPv6);
        int protocol = random.Pick(6, 17, isIPv6 ? 58 : 1, 132, 47);
        if (isIPv6)
        {
            writer.Number32(0x60000000).Number16(64).Byte(protocol).Byte(64).Address(destination, true).Address(about, true);
        }
        else
        {
            writer.Byte(0x45).Byte(0).Number16(64).Number16(0).Number16(random.Chance(0.95) ? 0 : 0x2001).Byte(64).Byte(protocol).Number16(0)
                .Address(destination, false).Address(about, false);
        }
        bool echo = protocol is 1 or 58;
        writer.Number16(echo ? (isIPv6 ? 128 : 8) << 8 : pools.SourcePort()).Number16(echo ? 0 : pools.DestinationPort());
        writer.Number16(echo ? pools.Id() : 0).Zeros(random.Pick(0, 2, 2, 20));
    }

    private int HopLimit() => random.Chance(0.95) ? 64 : random.Pick(0, 1, 2, 255);

    private void Pad(FrameWriter writer)
    {
        if (random.Chance(0.1))
            writer.Zeros(random.Next(1, 20));
    }
}
