namespace Ciliate.Oracle.Frames;

/// <summary>IPv4 (RFC 791) and IPv6 (RFC 8200) headers, and what docs/datapath.md refuses of them.</summary>
internal static class NetworkReader
{
    private const int Ethernet = 14, MostExtensions = 8;
    private const int HopByHop = 0, Routing = 43, Fragment = 44, Authentication = 51;

    private const int DestinationOptions = 60;

    /// <summary>Reads the packet of a frame up to the end of its transport header.</summary>
    public static SeenPacket Read(ReadOnlySpan<byte> frame, bool isIPv6)
    {
        var seen = new SeenPacket { IsIPv6 = isIPv6 };
        seen.Fault = isIPv6 ? ReadIPv6(frame, ref seen) : ReadIPv4(frame, ref seen);
        if (seen.Fault is not null || seen.Piece == Piece.Later)
            return seen;
        seen.Fault = TransportReader.Read(frame, ref seen);
        if (seen.Piece == Piece.First && seen.IsError)
            seen.Fault ??= "an error in pieces";
        return seen;
    }

    /// <summary>The packet that an ICMP error embeds: it may be cut off behind the first eight bytes of its transport header.</summary>
    public static SeenPacket ReadEmbedded(ReadOnlySpan<byte> frame, in SeenPacket error)
    {
        var seen = new SeenPacket { IsIPv6 = error.IsIPv6, End = error.End };
        int start = error.Transport + 8;
        seen.Fault = error.IsIPv6 ? EmbeddedIPv6(frame, start, ref seen) : EmbeddedIPv4(frame, start, ref seen);
        if (seen.Piece == Piece.Later)
            seen.Fault = "about a later piece";
        seen.Fault ??= TransportReader.ReadStart(frame, ref seen);
        return seen;
    }

    private static string? ReadIPv4(ReadOnlySpan<byte> frame, ref SeenPacket seen)
    {
        if (frame.Length < Ethernet + 20)
            return "no room for an IPv4 header";
        int header = (frame[Ethernet] & 15) * 4, total = Wire.Number16(frame, Ethernet + 2);
        if (frame[Ethernet] >> 4 != 4 || header < 20 || total < header || Ethernet + total > frame.Length)
            return "lengths of IPv4";
        seen.Source = Wire.IPv4(frame, Ethernet + 12);
        seen.Destination = Wire.IPv4(frame, Ethernet + 16);
        seen.HopLimit = frame[Ethernet + 8];
        seen.Protocol = frame[Ethernet + 9];
        seen.Transport = Ethernet + header;
        seen.End = Ethernet + total;
        int field = Wire.Number16(frame, Ethernet + 6);
        return NotePiece(ref seen, (uint)Wire.Number16(frame, Ethernet + 4), (field & 0x1fff) * 8, (field & 0x2000) != 0, seen.Transport)
            ?? IPv4Options(frame[(Ethernet + 20)..seen.Transport]);
    }

    /// <summary>No source routes (131, 137), and none beyond its bounds.</summary>
    private static string? IPv4Options(ReadOnlySpan<byte> options)
    {
        while (!options.IsEmpty && options[0] != 0)
        {
            if (options[0] is 131 or 137)
                return "source route";
            int size = options[0] == 1 ? 1 : options.Length > 1 && options[1] >= 2 ? options[1] : int.MaxValue;
            if (size > options.Length)
                return "an option breaks its bounds";
            options = options[size..];
        }
        return null;
    }

    private static string? NotePiece(ref SeenPacket seen, uint id, int offset, bool more, int content)
    {
        if (content > seen.End)
            return "a piece without content";
        int length = seen.End - content;
        if (offset == 0 && !more)
            return null;
        seen.Piece = offset == 0 ? Piece.First : Piece.Later;
        seen.PieceId = id;
        seen.PieceOffset = offset;
        seen.PieceContent = content;
        bool fits = offset + length <= 65535 && (!more || length % 8 == 0) && (offset == 0 || length > 0);
        return fits ? null : "a piece that fits into no packet";
    }

    private static string? ReadIPv6(ReadOnlySpan<byte> frame, ref SeenPacket seen)
    {
        if (frame.Length < Ethernet + 40)
            return "no room for an IPv6 header";
        seen.End = Ethernet + 40 + Wire.Number16(frame, Ethernet + 4);
        if (frame[Ethernet] >> 4 != 6 || seen.End > frame.Length)
            return "lengths of IPv6";
        seen.Source = Wire.IPv6(frame, Ethernet + 8);
        seen.Destination = Wire.IPv6(frame, Ethernet + 24);
        seen.HopLimit = frame[Ethernet + 7];
        return Extensions(frame, Ethernet + 40, frame[Ethernet + 6], ref seen);
    }

    private static string? Extensions(ReadOnlySpan<byte> frame, int offset, int next, ref SeenPacket seen)
    {
        bool inPieces = false;
        for (int count = 0; IsExtension(next); count++)
        {
            if (next == Routing)
                return "routing header";
            if (count == MostExtensions)
                return "too many extension headers";
            if (next == HopByHop && count > 0)
                return "hop-by-hop options that do not come first";
            if (offset + (next == Fragment ? 8 : 2) > seen.End)
                return "an extension header is cut off";
            int size = next == Fragment ? 8 : next == Authentication ? (frame[offset + 1] + 2) * 4 : (frame[offset + 1] + 1) * 8;
            seen.HasExtensions = true;
            if (next == Fragment)
            {
                if (inPieces)
                    return "a piece of a piece";
                inPieces = true;
                int field = Wire.Number16(frame, offset + 2);
                if (NotePiece(ref seen, Wire.Number32(frame, offset + 4), field & 0xfff8, (field & 1) != 0, offset + 8) is { } fault)
                    return fault;
            }
            next = frame[offset];
            offset += size;
            if (seen.Piece == Piece.Later)
                break;
        }
        seen.Protocol = next;
        seen.Transport = offset;
        return null;
    }

    private static bool IsExtension(int protocol) => protocol is HopByHop or Routing or Fragment or Authentication or DestinationOptions;

    private static string? EmbeddedIPv4(ReadOnlySpan<byte> frame, int start, ref SeenPacket seen)
    {
        if (start + 20 > seen.End || frame[start] >> 4 != 4 || (frame[start] & 15) < 5)
            return "no IPv4 header is embedded";
        seen.Source = Wire.IPv4(frame, start + 12);
        seen.Destination = Wire.IPv4(frame, start + 16);
        seen.Protocol = frame[start + 9];
        seen.Transport = start + (frame[start] & 15) * 4;
        seen.Piece = (Wire.Number16(frame, start + 6) & 0x1fff) == 0 ? Piece.Whole : Piece.Later;
        return null;
    }

    private static string? EmbeddedIPv6(ReadOnlySpan<byte> frame, int start, ref SeenPacket seen)
    {
        if (start + 40 > seen.End || frame[start] >> 4 != 6)
            return "no IPv6 header is embedded";
        seen.Source = Wire.IPv6(frame, start + 8);
        seen.Destination = Wire.IPv6(frame, start + 24);
        return Extensions(frame, start + 40, frame[start + 6], ref seen);
    }
}
