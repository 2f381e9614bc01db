using CsCheck;

namespace Ciliate.Policy.Tests.Resolution;

public sealed class PortRangeTests
{
    private static readonly Gen<(ushort First, ushort Last)> Range =
        Gen.Select(Gen.UShort, Gen.UShort, (a, b) => (Math.Min(a, b), Math.Max(a, b)));

    [Theory]
    [InlineData(80, 80, "80/16")]
    [InlineData(0, 65535, "0/0")]
    [InlineData(0, 0, "0/16")]
    [InlineData(65535, 65535, "65535/16")]
    [InlineData(8000, 8003, "8000/14")]
    [InlineData(8001, 8003, "8001/16 8002/15")]
    [InlineData(32768, 65535, "32768/1")]
    [InlineData(1024, 65535, "1024/6 2048/5 4096/4 8192/3 16384/2 32768/1")]
    public void A_range_becomes_the_fewest_prefixes(int first, int last, string prefixes) =>
        Assert.Equal(prefixes, string.Join(' ', Decompose(first, last).Select(prefix => $"{prefix.Port}/{prefix.Length}")));

    [Fact]
    public void Every_range_within_the_first_and_last_300_ports_is_covered_exactly()
    {
        for (int first = 0; first < 300; first++)
        {
            for (int last = first; last < 300; last++)
            {
                CoversExactly(first, last);
                CoversExactly(65535 - last, 65535 - first);
            }
        }
    }

    [Fact]
    public void Every_range_that_begins_or_ends_at_an_edge_is_covered_exactly()
    {
        for (int edge = 0; edge <= 65535; edge++)
        {
            CoversExactly(0, edge);
            CoversExactly(1, Math.Max(1, edge));
            CoversExactly(edge, 65535);
        }
    }

    [Fact]
    public void Any_range_is_covered_exactly() => Range.Sample(range => CoversExactly(range.First, range.Last), iter: 20_000);

    /// <summary>Prefixes that follow each other without a gap or overlap, from the first port to the last, are an exact cover.</summary>
    private static void CoversExactly(int first, int last)
    {
        int next = first;
        var prefixes = Decompose(first, last);
        foreach (var prefix in prefixes)
        {
            int size = 1 << (16 - prefix.Length);
            Assert.True(prefix.Port == next && prefix.Port % size == 0, $"{first}-{last}: {prefix}");
            next += size;
        }
        Assert.Equal(last + 1, next);
        Assert.InRange(prefixes.Count, 1, 30);
    }

    private static IReadOnlyList<PortPrefix> Decompose(int first, int last) => PortRanges.Decompose((ushort)first, (ushort)last);
}
