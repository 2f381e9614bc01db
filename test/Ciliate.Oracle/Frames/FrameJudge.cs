namespace Ciliate.Oracle.Frames;

/// <summary>Which frames nobody may let pass at a container's hooks: by the formats' RFCs, by docs/datapath.md and by the policies of the
/// moment. Told of each frame in turn. Where the documents leave room it refuses nothing.</summary>
/// <param name="policy">Of the moment.</param>
public sealed class FrameJudge(Site site, Func<IFramePolicy> policy)
{
    private readonly Memory _memory = new();

    /// <summary>Null, or why what a container sends may go nowhere.</summary>
    public string? RefusalFromContainer(int container, ReadOnlySpan<byte> frame)
    {
        var own = site.Containers[container];
        if (FrameFault(own, frame) is { } fault)
            return fault;
        int type = Wire.Number16(frame, 12);
        if (type == 0x0806)
            return Neighbours.ArpRefusal(site, own, frame);
        var seen = NetworkReader.Read(frame, type == 0x86dd);
        if (seen.Fault is not null)
            return seen.Fault;
        if (Neighbours.IsAbout(seen))
            return Neighbours.Refusal(site, own, frame, seen);
        if (DestinationFault(own, frame, seen) is { } wrong)
            return wrong;
        if (seen.IsEchoRequest && site.IsGateway(seen.Destination))
            return null;
        return Refusal(new Passage(container, FromContainer: true, ByHost: false, Translated: false, Straight: false), frame, seen);
    }

    /// <summary>Null, or why what the host's stack sends to a container may not reach it.</summary>
    /// <param name="arrivedOn">Interface that it came in by; 0 if it is the host's own.</param>
    /// <param name="translated">It bears the mark of what was translated back.</param>
    public string? RefusalToContainer(int container, int arrivedOn, bool translated, ReadOnlySpan<byte> frame)
    {
        var own = site.Containers[container];
        int type = Wire.Number16(frame, 12);
        if (type is not (0x0800 or 0x86dd))
            return "neither IPv4 nor IPv6";
        var seen = NetworkReader.Read(frame, type == 0x86dd);
        if ((seen.Fault ?? Addresses.Fault(seen)) is { } fault)
            return fault;
        if (seen.IsRedirect)
            return "redirect";
        if (!own.Owns(seen.Destination))
            return "not for this container";
        if (arrivedOn != 0 && (site.IsHost(seen.Source) || (site.OwnerOf(seen.Source) is { } owner && owner.Interface != arrivedOn)))
            return "came in by another interface than its source's";
        bool isStraight = arrivedOn != 0 && !translated && site.OwnerOf(seen.Source) is null;
        return Refusal(new Passage(container, FromContainer: false, arrivedOn == 0, translated, isStraight), frame, seen);
    }

    /// <summary>A frame for which there was no refusal has come.</summary>
    /// <param name="byHost">The host's own, to a container.</param>
    public void NoteAllowed(int container, bool byHost, ReadOnlySpan<byte> frame)
    {
        int type = Wire.Number16(frame, 12);
        if (type == 0x0806)
            return;
        var seen = NetworkReader.Read(frame, type == 0x86dd);
        if (seen.Piece == Piece.First)
            _memory.Remember(container, seen);
        if (seen.Piece == Piece.Later)
            NoteGoesOn(container, byHost, seen);
        bool opens = seen.Piece != Piece.Later && !seen.IsEchoReply && (!seen.IsIcmp || seen.IsEchoRequest);
        if (opens && policy().Allows(seen.Conversation, byHost, seen.PolicyPort))
            _memory.Open(seen.Conversation, byHost);
    }

    /// <summary>The host may go on with what another opened, by a later piece too.</summary>
    private void NoteGoesOn(int container, bool byHost, in SeenPacket later)
    {
        foreach (var first in _memory.FirstsOf(container, later))
        {
            if (_memory.IsAllowed(first.Conversation, policy(), byHost))
                _memory.Open(first.Conversation, byHost);
        }
    }

    /// <summary>Does a conversation that was opened, and is still allowed, go the other way?</summary>
    public bool IsReply(ReadOnlySpan<byte> frame)
    {
        var seen = NetworkReader.Read(frame, Wire.Number16(frame, 12) == 0x86dd);
        return seen.Piece == Piece.Later || seen.IsError || _memory.IsAllowed(seen.Conversation.Reversed, policy());
    }

    private static string? FrameFault(ContainerSite own, ReadOnlySpan<byte> frame) =>
        !frame.Slice(6, 6).SequenceEqual(own.Mac) ? "spoofed MAC"
        : Wire.Number16(frame, 12) is not (0x0800 or 0x0806 or 0x86dd) ? "neither IPv4, IPv6 nor ARP"
        : null;

    private string? DestinationFault(ContainerSite own, ReadOnlySpan<byte> frame, in SeenPacket seen)
    {
        if (!frame[..6].SequenceEqual(site.GatewayMac))
            return "not for the gateway";
        if (!own.Owns(seen.Source))
            return "spoofed address";
        if (own.Owns(seen.Destination) || seen.Destination == site.Broadcast || Addresses.IsForMany(seen.Destination, seen.IsIPv6))
            return "for itself or for many";
        if (seen.IsRedirect || IsDhcpAnswer(seen))
            return "redirect or answer of DHCP";
        return Addresses.Fault(seen);
    }

    private static bool IsDhcpAnswer(in SeenPacket seen) =>
        seen.Protocol == 17 && (seen.SourcePort, seen.DestinationPort) == (seen.IsIPv6 ? (547, 546) : (67, 68));

    private string? Refusal(Passage passage, ReadOnlySpan<byte> frame, in SeenPacket seen) =>
        seen.Piece == Piece.Later ? LaterRefusal(passage, seen)
        : seen.IsError ? ErrorRefusal(passage, frame, seen)
        : FlowRefusal(passage, seen);

    private string? FlowRefusal(Passage passage, in SeenPacket seen)
    {
        var rules = policy();
        var conversation = seen.Conversation;
        bool isSyn = seen.IsTcp && (seen.TcpFlags & 0x12) == 0x02;
        if (!isSyn && !passage.Straight && _memory.IsAllowed(conversation.Reversed, rules))
            return null;
        if (seen.IsEchoReply)
            return "an answer to nothing";
        bool known = _memory.IsAllowed(conversation, rules, passage.ByHost);
        if (known)
            return null;
        bool isAnswer = seen.IsTcp && ((seen.TcpFlags & 0x04) != 0 || (seen.TcpFlags & 0x12) == 0x12);
        if (isAnswer || passage.Translated)
            return "of no flow";
        return rules.Allows(conversation, passage.ByHost, seen.PolicyPort) ? null : "denied by policy";
    }

    private string? LaterRefusal(Passage passage, in SeenPacket seen)
    {
        var rules = policy();
        string refusal = "its first piece has not passed";
        foreach (var first in _memory.FirstsOf(passage.Container, seen))
        {
            if (seen.PieceOffset < first.HeaderBytes)
                refusal = "begins within the headers";
            else if (_memory.IsAllowed(first.Conversation, rules, passage.ByHost) || (!passage.Straight && _memory.IsAllowed(first.Conversation.Reversed, rules)))
                return null;
            else
                refusal = "a piece of no allowed flow";
        }
        return refusal;
    }

    /// <summary>Only what a live and allowed flow has sent can be told of, and only to who sent it.</summary>
    private string? ErrorRefusal(Passage passage, ReadOnlySpan<byte> frame, in SeenPacket error)
    {
        var embedded = NetworkReader.ReadEmbedded(frame, error);
        if (embedded.Fault is not null)
            return embedded.Fault;
        if (embedded.Source != error.Destination)
            return "an error for somebody else";
        if (passage.FromContainer && embedded.Destination != error.Source)
            return "about what never came to the container";
        var rules = policy();
        bool wasMasqueraded = passage.Straight && !site.IsHost(embedded.Destination) && site.OwnerOf(embedded.Destination) is null;
        bool isAbout = (!wasMasqueraded && _memory.IsAllowed(embedded.Conversation, rules)) || _memory.IsAllowed(embedded.Conversation.Reversed, rules);
        return isAbout ? null : "about no allowed flow";
    }

    /// <summary>The way that a packet takes.</summary>
    /// <param name="Straight">From outside to the container's own address: nothing that it has asked for, since all that it sends there is
    /// masqueraded.</param>
    private readonly record struct Passage(int Container, bool FromContainer, bool ByHost, bool Translated, bool Straight);
}
