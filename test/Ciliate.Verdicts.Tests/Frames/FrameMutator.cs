using System.Buffers.Binary;
using Ciliate.Oracle.Frames;

namespace Ciliate.Verdicts.Tests.Frames;

/// <summary>Other frames out of frames: answers, errors about them, later pieces, and spoiled ones.</summary>
internal sealed class FrameMutator(Random random, FrameRig rig)
{
    private const int Ethernet = 14;

    // a test run takes no frame without content
    private const int Smallest = Ethernet + 1;

    private static readonly int[] s_values = [0, 1, 2, 4, 5, 6, 8, 16, 20, 40, 64, 127, 128, 255];

    /// <summary>Bits, bytes, lengths and ends changed.</summary>
    public FrameShot Spoil(FrameShot shot)
    {
        byte[] frame = [.. shot.Frame];
        for (int i = random.Next(1, 4); i > 0; i--)
            frame = SpoilOnce(frame);
        return shot with { Frame = frame };
    }

    /// <summary>What the receiver might answer, if the headers are plain; otherwise nonsense, which is as good.</summary>
    public FrameShot Answer(FrameShot shot)
    {
        byte[] frame = [.. shot.Frame];
        bool isIPv6 = IsIPv6(frame);
        int transport = TransportOf(frame, isIPv6), size = isIPv6 ? 16 : 4, source = isIPv6 ? 22 : 26;
        if (frame.Length < transport + 8)
            return Spoil(shot);
        Swap(frame, source, source + size, size);
        switch (frame[isIPv6 ? 20 : 23])
        {
            case 1:
                frame[transport] ^= 8;
                break;
            case 58:
                frame[transport] ^= 1;
                break;
            default:
                Swap(frame, transport, transport + 2, 2);
                if (frame[isIPv6 ? 20 : 23] == 6 && frame.Length > transport + 13 && random.Chance(0.8))
                    frame[transport + 13] = (byte)random.Pick(0x12, 0x10, 0x14, 0x11, 0x02);
                break;
        }
        return Directed(frame, isIPv6);
    }

    /// <summary>An ICMP error from its receiver, or from a router, about the frame.</summary>
    public FrameShot Error(FrameShot shot)
    {
        byte[] about = shot.Frame;
        bool isIPv6 = IsIPv6(about);
        int header = isIPv6 ? 40 : 20, size = isIPv6 ? 16 : 4, source = isIPv6 ? 22 : 26;
        if (about.Length < Ethernet + header + 8)
            return Spoil(shot);
        int embedded = random.Chance(0.7) ? Math.Min(about.Length - Ethernet, 128) : Math.Min(about.Length - Ethernet, header + random.Next(4, 12));
        byte[] frame = new byte[Ethernet + header + 8 + embedded];
        about.AsSpan(0, Ethernet + header).CopyTo(frame);
        if (!isIPv6)
            frame[Ethernet] = 0x45;
        BinaryPrimitives.WriteUInt16BigEndian(frame.AsSpan(isIPv6 ? 18 : 16), (ushort)(frame.Length - Ethernet - (isIPv6 ? 40 : 0)));
        if (!isIPv6)
            frame.AsSpan(20, 2).Clear();
        frame[isIPv6 ? 20 : 23] = isIPv6 ? (byte)58 : (byte)1;
        frame[isIPv6 ? 21 : 22] = 64;
        Swap(frame, source, source + size, size);
        if (random.Chance(0.2))
            about.AsSpan(source, size).CopyTo(frame.AsSpan(source));
        frame[Ethernet + header] = (byte)(isIPv6 ? random.Next(1, 5) : random.Pick(3, 3, 4, 11, 12));
        about.AsSpan(Ethernet, embedded).CopyTo(frame.AsSpan(Ethernet + header + 8));
        return Directed(frame, isIPv6);
    }

    /// <summary>A first or a later piece of the packet.</summary>
    public FrameShot Piece(FrameShot shot)
    {
        byte[] frame = [.. shot.Frame];
        if (IsIPv6(frame) || frame.Length < Ethernet + 20)
        {
            // one with a fragment header already
            if (frame.Length > Ethernet + 48 && frame[20] == 44)
                BinaryPrimitives.WriteUInt16BigEndian(frame.AsSpan(56), (ushort)random.Pick(1, 8, 9, 16, 24));
            return shot with { Frame = frame };
        }
        BinaryPrimitives.WriteUInt16BigEndian(frame.AsSpan(20), (ushort)random.Pick(0x2000, 1, 2, 3, 0x2003));
        return shot with { Frame = frame };
    }

    /// <summary>At the hook that a packet from there to there comes by.</summary>
    private FrameShot Directed(byte[] frame, bool isIPv6)
    {
        int source = isIPv6 ? 22 : 26, size = isIPv6 ? 16 : 4;
        int from = IndexOf(frame, source, isIPv6), to = IndexOf(frame, source + size, isIPv6);
        if (from >= 0)
        {
            rig.Site.GatewayMac.CopyTo(frame, 0);
            rig.Site.Containers[from].Mac.CopyTo(frame, 6);
            return new FrameShot(HookPoint.FromContainer, from, 0, false, frame);
        }
        if (to >= 0 && random.Chance(0.8))
            return new FrameShot(HookPoint.ToContainer, to, random.Pick(FrameShot.ByHost, FrameShot.ByUplink, FrameShot.ByOthers), random.Chance(0.3), frame);
        rig.UplinkMac.CopyTo(frame, 0);
        return new FrameShot(HookPoint.FromUplink, 0, 0, false, frame);
    }

    private int IndexOf(byte[] frame, int offset, bool isIPv6)
    {
        var address = isIPv6 ? Wire.IPv6(frame, offset) : Wire.IPv4(frame, offset);
        for (int i = 0; i < rig.Site.Containers.Count; i++)
        {
            if (rig.Site.Containers[i].Owns(address))
                return i;
        }
        return -1;
    }

    private byte[] SpoilOnce(byte[] frame)
    {
        int at = random.Next(random.Chance(0.7) ? Math.Min(frame.Length, 96) : frame.Length);
        switch (random.Next(9))
        {
            case 0 or 1:
                frame[at] ^= (byte)(1 << random.Next(8));
                break;
            case 2 or 3:
                frame[at] = (byte)random.Pick(s_values);
                break;
            case 4:
                return frame[..Math.Max(Smallest, at)];
            case 5:
                return [.. frame[..at], .. new byte[random.Pick(1, 2, 4, 8)], .. frame[at..]];
            case 6 when frame.Length > at + 8:
                return frame.Length - 8 < Smallest ? frame : [.. frame[..at], .. frame[(at + 8)..]];
            case 7 when frame.Length > Ethernet + 6:
                frame[Ethernet + random.Next(2, 6)] = (byte)random.Next(256);
                break;
            default:
                frame[at]++;
                break;
        }
        return frame;
    }

    private static bool IsIPv6(byte[] frame) => frame.Length >= Ethernet + 40 && frame[12] == 0x86;

    private static int TransportOf(byte[] frame, bool isIPv6) => isIPv6 || frame.Length < Ethernet + 20 ? Ethernet + 40 : Ethernet + ((frame[Ethernet] & 15) * 4);

    private static void Swap(byte[] frame, int one, int other, int size)
    {
        byte[] kept = frame[one..(one + size)];
        frame.AsSpan(other, size).CopyTo(frame.AsSpan(one));
        kept.CopyTo(frame, other);
    }
}
