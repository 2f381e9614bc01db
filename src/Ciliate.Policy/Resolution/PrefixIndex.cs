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

    /// <summary>Numbers of the identities that the selector selects, in the order of their prefixes.</summary>
    public List<uint> Match(CidrSelector selector)
    {
        var found = new List<uint>();
        var (position, end) = Covered(selector.Prefix);
        // exceptions are in the same order, so what lies between two of them is a gap to take whole
        foreach (var except in selector.Except)
        {
            var (from, to) = Covered(except);
            Take(from);
            position = Math.Max(position, to);
        }
        Take(end);
        return found;

        void Take(int until)
        {
            for (; position < until; position++)
                found.Add(_numbers[position]);
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
