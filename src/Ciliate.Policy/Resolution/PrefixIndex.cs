using System.Net;

namespace Ciliate.Policy;

/// <summary>
/// Identities of prefixes, so that those inside a prefix are found without looking at the others. In <see cref="PrefixOrder"/> a prefix comes
/// before all that it covers, and these come without a gap.
/// </summary>
internal sealed class PrefixIndex
{
    private readonly IPNetwork[] _prefixes;
    private readonly uint[] _numbers;

    public PrefixIndex(IEnumerable<Identity> identities)
    {
        Identity[] sorted = [.. identities.Where(identity => identity.Prefix is not null)];
        Array.Sort(sorted, static (a, b) => PrefixOrder.Instance.Compare(a.Prefix!.Value, b.Prefix!.Value));
        _prefixes = Array.ConvertAll(sorted, static identity => identity.Prefix!.Value);
        _numbers = Array.ConvertAll(sorted, static identity => identity.Number);
    }

    public IReadOnlyList<uint> Numbers => _numbers;

    /// <summary>Numbers of the identities that the selector selects.</summary>
    public IEnumerable<uint> Match(CidrSelector selector)
    {
        var (first, end) = Covered(selector.Prefix);
        HashSet<int>? excepted = null;
        foreach (var except in selector.Except)
        {
            var (from, to) = Covered(except);
            (excepted ??= []).UnionWith(Enumerable.Range(from, to - from));
        }
        for (int position = first; position < end; position++)
        {
            if (excepted?.Contains(position) != true)
                yield return _numbers[position];
        }
    }

    private (int First, int End) Covered(IPNetwork prefix)
    {
        int first = Array.BinarySearch(_prefixes, prefix, PrefixOrder.Instance);
        first = first < 0 ? ~first : first;
        int end = first;
        while (end < _prefixes.Length && prefix.Covers(_prefixes[end]))
            end++;
        return (first, end);
    }
}
