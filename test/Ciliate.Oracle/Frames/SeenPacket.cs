namespace Ciliate.Oracle.Frames;

/// <summary>One of the pieces that a packet was cut in, or none.</summary>
public enum Piece
{
    Whole,
    First,
    Later,
}

/// <summary>What one side says to another, by numbers as on the wire; addresses of IPv4 are mapped into IPv6 (RFC 4291, 2.5.5.2).</summary>
/// <param name="SourcePort">Of an ICMP echo the identifier, on the side that asks.</param>
public readonly record struct Conversation(UInt128 Source, UInt128 Destination, int Protocol, int SourcePort, int DestinationPort)
{
    public Conversation Reversed => new(Destination, Source, Protocol, DestinationPort, SourcePort);
}

/// <summary>An IP packet as RFC 791 and RFC 8200 describe it, as far as its headers go.</summary>
internal record struct SeenPacket
{
    /// <summary>Why nobody may be given it, whoever it is for; null if its format is right.</summary>
    public string? Fault;

    public bool IsIPv6;
    public UInt128 Source;
    public UInt128 Destination;
    public int Protocol;
    public int HopLimit;

    /// <summary>Where the IP packet ends, in bytes from the start of the frame; what follows is padding.</summary>
    public int End;

    /// <summary>Where the transport header begins.</summary>
    public int Transport;

    public int SourcePort;
    public int DestinationPort;

    /// <summary>FIN, SYN, RST, ACK.</summary>
    public int TcpFlags;

    public int IcmpType;
    public int IcmpCode;
    public bool HasExtensions;

    public Piece Piece;
    public uint PieceId;

    /// <summary>Bytes of the packet before this piece.</summary>
    public int PieceOffset;

    /// <summary>Where the piece's own bytes begin.</summary>
    public int PieceContent;

    /// <summary>Bytes of the piece's content that the headers take.</summary>
    public int HeaderBytes;

    public readonly bool IsTcp => Protocol == 6;
    public readonly bool IsIcmp => Protocol is 1 or 58;
    public readonly bool IsEchoRequest => IsIcmp && IcmpType == (IsIPv6 ? 128 : 8);
    public readonly bool IsEchoReply => IsIcmp && IcmpType == (IsIPv6 ? 129 : 0);
    public readonly bool IsRedirect => IsIcmp && IcmpType == (IsIPv6 ? 137 : 5);

    /// <summary>Tells about a packet that it embeds (RFC 792, RFC 4443).</summary>
    public readonly bool IsError => IsIcmp && (IsIPv6 ? IcmpType is >= 1 and <= 4 : IcmpType is 3 or 4 or 11 or 12);

    /// <summary>From its sender to its receiver.</summary>
    public readonly Conversation Conversation => new(Source, Destination, Protocol, SourcePort, DestinationPort);

    /// <summary>Port or type, by which policies know it; of an echo reply the type of what it answers.</summary>
    public readonly int PolicyPort => !IsIcmp ? DestinationPort : IsEchoReply ? (IsIPv6 ? 128 : 8) : IcmpType;
}
