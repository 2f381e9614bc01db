namespace Ciliate.Datapath.Tailoring;

/// <summary>What is decided about one peer, by the protocol and port together as one number of 24 bits: a step function.</summary>
/// <param name="Starts">Where each step begins, ascending; the first at 0.</param>
/// <param name="Verdicts">Of each step, as the code returns it; no two in a row are the same.</param>
internal sealed record ServiceRanges(IReadOnlyList<int> Starts, IReadOnlyList<ulong> Verdicts)
{
    private const int PortBits = 16, ServiceBits = 24;

    /// <summary>Whether an entry speaks of one range: one of a port and no protocol speaks of 256.</summary>
    public static bool CanHold(in PolicyEntry entry) => entry.Protocol != 0 || entry.PortPrefixLength == 0;

    /// <param name="entries">The best one first.</param>
    public static ServiceRanges Of(IReadOnlyList<PolicyEntry> entries, ulong otherwise)
    {
        var bounds = new SortedSet<int> { 0 };
        foreach (var entry in entries)
        {
            var (start, end) = RangeOf(entry);
            bounds.Add(start);
            if (end < 1 << ServiceBits)
                bounds.Add(end);
        }
        var starts = new List<int>();
        var verdicts = new List<ulong>();
        foreach (int start in bounds)
        {
            ulong verdict = VerdictAt(start, entries, otherwise);
            if (verdicts.Count > 0 && verdicts[^1] == verdict)
                continue;
            starts.Add(start);
            verdicts.Add(verdict);
        }
        return new ServiceRanges(starts, verdicts);
    }

    public bool IsSameAs(ServiceRanges other) => Starts.SequenceEqual(other.Starts) && Verdicts.SequenceEqual(other.Verdicts);

    private static ulong VerdictAt(int service, IReadOnlyList<PolicyEntry> entries, ulong otherwise)
    {
        foreach (var entry in entries)
        {
            var (start, end) = RangeOf(entry);
            if (service >= start && service < end)
                return PolicyCode.Encode(entry.RuleId, !entry.Deny);
        }
        return otherwise;
    }

    /// <summary>The end is the first that it does not speak of.</summary>
    private static (int Start, int End) RangeOf(in PolicyEntry entry)
    {
        if (entry.Protocol == 0)
            return (0, 1 << ServiceBits);
        int size = 1 << (PortBits - entry.PortPrefixLength);
        int start = entry.Protocol << PortBits | (entry.Port & -size);
        return (start, start + size);
    }
}
