namespace Ciliate.Policy;

public enum VerdictReason : byte
{
    /// <summary>No policy selects the endpoint for this direction.</summary>
    NotEnforced = 0,

    /// <summary>An entry decided.</summary>
    Entry = 1,

    /// <summary>The direction is enforced and no entry matches.</summary>
    DefaultDeny = 2,
}

/// <param name="Entry">Set when <paramref name="Reason"/> is <see cref="VerdictReason.Entry"/>.</param>
public readonly record struct Verdict(bool Allowed, VerdictReason Reason, VerdictEntry? Entry);

/// <summary>The meaning of a verdict table, written as plainly as can be. The kernel's lookup gives the same answers.</summary>
public static class VerdictTable
{
    /// <param name="peer">The other side's identity: source for ingress, destination for egress.</param>
    /// <param name="port">Destination port in host byte order; 0 for protocols without ports.</param>
    public static Verdict Evaluate(DirectionPolicy direction, uint peer, byte protocol, ushort port)
    {
        if (!direction.Enforced)
            return new Verdict(true, VerdictReason.NotEnforced, null);
        VerdictEntry? best = null;
        foreach (var entry in direction.Entries)
        {
            if (entry.Matches(peer, protocol, port) && (best is null || entry.Precedence > best.Value.Precedence))
                best = entry;
        }
        return best is { } decided
            ? new Verdict(!decided.Deny, VerdictReason.Entry, decided)
            : new Verdict(false, VerdictReason.DefaultDeny, null);
    }
}
