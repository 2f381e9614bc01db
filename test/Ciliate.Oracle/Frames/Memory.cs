namespace Ciliate.Oracle.Frames;

/// <summary>What may have passed, without end: nothing is forgotten, so more is remembered than the datapath does, never less.</summary>
internal sealed class Memory
{
    private readonly Dictionary<Conversation, (bool ByHost, bool ByOthers)> _opened = [];
    private readonly Dictionary<PieceKey, HashSet<FirstPiece>> _firsts = [];

    /// <summary>Was it opened, and would it be now?</summary>
    /// <param name="nowByHost">A packet of it comes from the host itself, whoever opened it.</param>
    public bool IsAllowed(in Conversation conversation, IFramePolicy policy, bool nowByHost = false)
    {
        if (!_opened.TryGetValue(conversation, out var by))
            return false;
        int port = conversation.Protocol switch { 1 => 8, 58 => 128, _ => conversation.DestinationPort };
        return (by.ByOthers && policy.Allows(conversation, false, port)) || ((by.ByHost || nowByHost) && policy.Allows(conversation, true, port));
    }

    public void Open(in Conversation conversation, bool byHost)
    {
        _opened.TryGetValue(conversation, out var by);
        _opened[conversation] = (by.ByHost || byHost, by.ByOthers || !byHost);
    }

    /// <summary>Packets may bear one number: whichever of them the datapath knows.</summary>
    public IEnumerable<FirstPiece> FirstsOf(int container, in SeenPacket seen) => _firsts.TryGetValue(KeyOf(container, seen), out var firsts) ? firsts : [];

    public void Remember(int container, in SeenPacket first)
    {
        var key = KeyOf(container, first);
        if (!_firsts.TryGetValue(key, out var known))
            _firsts[key] = known = [];
        known.Add(new FirstPiece(first.Conversation, first.HeaderBytes));
    }

    /// <summary>IPv4 counts its packets per protocol, IPv6 does not.</summary>
    private static PieceKey KeyOf(int container, in SeenPacket seen) =>
        new(container, seen.Source, seen.Destination, seen.PieceId, seen.IsIPv6 ? 0 : seen.Protocol);

    private readonly record struct PieceKey(int Container, UInt128 Source, UInt128 Destination, uint Id, int Protocol);
}

internal sealed record FirstPiece(Conversation Conversation, int HeaderBytes);
