namespace Ciliate.Oracle.Frames;

/// <summary>Whose answers may come in by an uplink: known by what has gone out there, read from the frames alone.</summary>
public sealed class UplinkLedger(Site site)
{
    private readonly Dictionary<Conversation, HashSet<(UInt128 Container, int Port)>> _owners = [];
    private readonly Dictionary<(UInt128 Remote, UInt128 Local, uint Id, int Protocol), HashSet<UInt128>> _pieces = [];

    /// <summary>Null, or what is wrong with what a container's program made of a frame for the outside.</summary>
    public string? FaultOfSent(ReadOnlySpan<byte> before, ReadOnlySpan<byte> after)
    {
        bool isIPv6 = Wire.Number16(before, 12) == 0x86dd;
        SeenPacket inside = NetworkReader.Read(before, isIPv6), outside = NetworkReader.Read(after, isIPv6);
        if (outside.Fault is not null)
            return $"what leaves is broken: {outside.Fault}";
        if (outside.Source != (isIPv6 ? site.UplinkIPv6 : site.UplinkIPv4) || outside.Destination != inside.Destination)
            return "leaves with another address than the uplink's, or to somebody else";
        if (outside.HopLimit != inside.HopLimit - 1 || outside.Protocol != inside.Protocol || outside.DestinationPort != inside.DestinationPort)
            return "is changed on its way out";
        if (inside.Piece == Piece.Later || inside.IsError)
            return null;
        bool hasPort = inside.Protocol is 6 or 17 || inside.IsEchoRequest;
        if (hasPort ? outside.SourcePort < site.FirstPort : outside.SourcePort != inside.SourcePort)
            return "leaves from a port that is not kept for it";
        Owners(outside.Conversation).Add((inside.Source, inside.SourcePort));
        return null;
    }

    /// <summary>Null, or why what came in by the uplink may not be handed to who got it.</summary>
    public string? FaultOfReceived(ReadOnlySpan<byte> before, ReadOnlySpan<byte> after)
    {
        bool isIPv6 = Wire.Number16(before, 12) == 0x86dd;
        SeenPacket outside = NetworkReader.Read(before, isIPv6), inside = NetworkReader.Read(after, isIPv6);
        if ((outside.Fault ?? inside.Fault) is { } fault)
            return fault;
        if (site.OwnerOf(inside.Destination) is not { } owner || !after[..6].SequenceEqual(owner.Mac))
            return "handed to nobody";
        if (outside.Source != inside.Source || inside.HopLimit != outside.HopLimit - 1)
            return "is changed on its way in";
        if (outside.Destination == inside.Destination)
            return outside.Conversation == inside.Conversation ? null : "is changed on its way in";
        if (!site.IsUplink(outside.Destination))
            return "is for somebody else";
        return outside.IsError && outside.Piece == Piece.Whole ? FaultOfError(before, outside, inside) : FaultOfAnswer(outside, inside);
    }

    private string? FaultOfAnswer(in SeenPacket outside, in SeenPacket inside)
    {
        var piece = (outside.Source, outside.Destination, outside.PieceId, outside.IsIPv6 ? 0 : outside.Protocol);
        if (outside.Piece == Piece.Later)
            return _pieces.TryGetValue(piece, out var receivers) && receivers.Contains(inside.Destination) ? null : "a later piece of nobody's";
        if (!IsOwner(outside.Conversation.Reversed, inside.Destination, inside.DestinationPort))
            return "answers nobody";
        if (outside.Piece == Piece.First)
            (_pieces.TryGetValue(piece, out var known) ? known : _pieces[piece] = []).Add(inside.Destination);
        return null;
    }

    private string? FaultOfError(ReadOnlySpan<byte> frame, in SeenPacket outside, in SeenPacket inside)
    {
        var told = NetworkReader.ReadEmbedded(frame, outside);
        if (told.Fault is not null)
            return told.Fault;
        bool isAbout = _owners.TryGetValue(told.Conversation, out var owners);
        foreach (var owner in isAbout ? owners! : [])
        {
            if (owner.Container == inside.Destination)
                return null;
        }
        return "tells of nobody's packet";
    }

    private bool IsOwner(in Conversation sent, UInt128 container, int port) => _owners.TryGetValue(sent, out var owners) && owners.Contains((container, port));

    private HashSet<(UInt128, int)> Owners(in Conversation sent) => _owners.TryGetValue(sent, out var owners) ? owners : _owners[sent] = [];
}
