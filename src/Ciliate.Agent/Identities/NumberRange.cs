namespace Ciliate.Agent.Identities;

/// <summary>Numbers that are given out in turn, so that one just given back is the last to come again.</summary>
internal sealed record NumberRange(uint First, uint Last)
{
    private uint _next = First;

    /// <summary>The one that is tried first.</summary>
    public uint Next
    {
        get => _next;
        set => _next = Math.Clamp(value, First, Last);
    }

    public bool Contains(uint number) => number >= First && number <= Last;

    /// <summary>Null when none is free.</summary>
    public uint? Take(Predicate<uint> isFree)
    {
        for (uint tried = First; tried <= Last; tried++)
        {
            uint candidate = _next;
            _next = _next == Last ? First : _next + 1;
            if (isFree(candidate))
                return candidate;
        }

        return null;
    }
}
