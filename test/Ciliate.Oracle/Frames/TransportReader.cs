namespace Ciliate.Oracle.Frames;

/// <summary>TCP (RFC 9293), UDP (RFC 768), SCTP (RFC 9260), ICMP (RFC 792) and ICMPv6 (RFC 4443) headers.</summary>
internal static class TransportReader
{
    private const int Icmp = 1, Tcp = 6, Udp = 17, IcmpV6 = 58, Sctp = 132;
    private const int Fin = 1, Syn = 2, Rst = 4, Ack = 16;

    /// <summary>What docs/datapath.md calls impossible.</summary>
    private static bool IsImpossible(int flags) =>
        (flags & (Syn | Rst | Ack)) == 0 || (flags & (Syn | Fin)) == (Syn | Fin) || (flags & (Syn | Rst)) == (Syn | Rst) || (flags & (Rst | Fin)) == (Rst | Fin);

    /// <summary>The whole header.</summary>
    public static string? Read(ReadOnlySpan<byte> frame, ref SeenPacket seen)
    {
        int size = HeaderSize(frame, seen);
        if (seen.Transport + size > seen.End)
            return "the transport header is cut off";
        if (seen.IsTcp)
        {
            if (size < 20)
                return "a TCP header below its smallest";
            seen.TcpFlags = frame[seen.Transport + 13] & (Fin | Syn | Rst | Ack);
            if (IsImpossible(seen.TcpFlags))
                return "impossible flags";
        }
        seen.HeaderBytes = seen.Transport + size - seen.PieceContent;
        return ReadPorts(frame, ref seen);
    }

    /// <summary>The first eight bytes, which are all that an error needs to embed. Only an echo is of a flow among ICMP's messages.</summary>
    public static string? ReadStart(ReadOnlySpan<byte> frame, ref SeenPacket seen)
    {
        bool hasHeader = seen.Protocol is Icmp or Tcp or Udp or IcmpV6 or Sctp;
        if (hasHeader && seen.Transport + 8 > seen.End)
            return "the embedded transport header is cut off";
        if (ReadPorts(frame, ref seen) is { } fault)
            return fault;
        return seen.IsIcmp && !seen.IsEchoRequest && !seen.IsEchoReply ? "about a message of no flow" : null;
    }

    private static int HeaderSize(ReadOnlySpan<byte> frame, in SeenPacket seen) => seen.Protocol switch
    {
        Tcp => seen.Transport + 20 > seen.End ? 20 : (frame[seen.Transport + 12] >> 4) * 4,
        Sctp => 12,
        Udp or Icmp or IcmpV6 => 8,
        _ => 0,
    };

    private static string? ReadPorts(ReadOnlySpan<byte> frame, ref SeenPacket seen)
    {
        if (seen.Protocol is Tcp or Udp or Sctp)
        {
            seen.SourcePort = Wire.Number16(frame, seen.Transport);
            seen.DestinationPort = Wire.Number16(frame, seen.Transport + 2);
        }
        else if (seen.IsIcmp)
        {
            if (seen.IsIPv6 != (seen.Protocol == IcmpV6))
                return "ICMP of the other family";
            seen.IcmpType = frame[seen.Transport];
            seen.IcmpCode = frame[seen.Transport + 1];
            int id = Wire.Number16(frame, seen.Transport + 4);
            seen.SourcePort = seen.IsEchoRequest ? id : 0;
            seen.DestinationPort = seen.IsEchoReply ? id : 0;
        }
        return null;
    }
}
