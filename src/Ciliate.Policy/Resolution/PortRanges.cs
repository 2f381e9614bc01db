using System.Numerics;

namespace Ciliate.Policy;

/// <summary>The upper bits that a range of ports has in common.</summary>
public readonly record struct PortPrefix(ushort Port, byte Length);

/// <summary>Port ranges as prefixes, which is what a hash table can look up.</summary>
public static class PortRanges
{
    public const int PortBits = 16;

    private const uint PortCount = 1u << PortBits;

    /// <summary>The fewest prefixes that cover exactly <paramref name="first"/> to <paramref name="last"/>, in order; at most 30.
    /// Each step takes the largest aligned block that starts at the range's beginning and does not pass its end.</summary>
    public static IReadOnlyList<PortPrefix> Decompose(ushort first, ushort last)
    {
        var prefixes = new List<PortPrefix>();
        uint start = first;
        uint end = last + 1u;
        while (start < end)
        {
            uint aligned = start == 0 ? PortCount : start & (~start + 1);
            uint fitting = 1u << BitOperations.Log2(end - start);
            uint size = Math.Min(aligned, fitting);
            prefixes.Add(new PortPrefix((ushort)start, (byte)(PortBits - BitOperations.Log2(size))));
            start += size;
        }
        return prefixes;
    }
}
