using System.Collections;
using System.Collections.Concurrent;
using System.Runtime.InteropServices;

namespace Ciliate.Policy;

/// <summary>
/// All identities, arranged so that a selector looks only at those that have one of its labels, and each distinct selector looks once.
/// Give the same set to every <see cref="PolicyEngine.Resolve"/> of one round of changes. Immutable, thread-safe.
/// The reserved identities are always part of it; one that is given with other labels takes the place of the usual one.
/// </summary>
public sealed class IdentitySet : IReadOnlyCollection<Identity>
{
    private readonly Identity[] _identities;
    private readonly Dictionary<string, List<int>> _byKey = [];
    private readonly Dictionary<(string Key, string Value), List<int>> _byKeyAndValue = [];
    private readonly PrefixIndex _prefixes;
    private readonly ConcurrentDictionary<PeerSelector, uint[]> _matches = new();

    /// <exception cref="ArgumentException">An identity has the number 0, or two have the same number.</exception>
    public IdentitySet(IEnumerable<Identity> identities)
    {
        var byNumber = new SortedDictionary<uint, Identity>();
        foreach (var identity in identities)
        {
            if (identity.Number == 0)
                throw new ArgumentException("identity number 0 stands for every peer", nameof(identities));
            if (!byNumber.TryAdd(identity.Number, identity))
                throw new ArgumentException($"identity number {identity.Number} is given twice", nameof(identities));
        }
        foreach (var reserved in ReservedIdentities.All)
            byNumber.TryAdd(reserved.Number, reserved);
        _identities = [.. byNumber.Values];
        for (int position = 0; position < _identities.Length; position++)
            AddPostings(position);
        _prefixes = new PrefixIndex(_identities);
        NamedPorts = _identities.Where(identity => identity.NamedPorts.Count > 0).ToDictionary(identity => identity.Number, identity => identity.NamedPorts);
    }

    public int Count => _identities.Length;

    /// <summary>In the order of their numbers.</summary>
    public IEnumerator<Identity> GetEnumerator() => ((IEnumerable<Identity>)_identities).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>The identities that give names to ports, by number.</summary>
    internal IReadOnlyDictionary<uint, IReadOnlyList<NamedPort>> NamedPorts { get; }

    /// <summary>Numbers of the identities that the selector selects, ascending.</summary>
    public ReadOnlySpan<uint> Match(PeerSelector selector) =>
        _matches.GetOrAdd(selector, static (wanted, set) => set.Search(wanted), this);

    private void AddPostings(int position)
    {
        foreach (ref readonly var label in _identities[position].Labels.AsSpan())
        {
            AddPosting(ref CollectionsMarshal.GetValueRefOrAddDefault(_byKey, label.Key, out _), position);
            AddPosting(ref CollectionsMarshal.GetValueRefOrAddDefault(_byKeyAndValue, (label.Key, label.Value), out _), position);
        }
    }

    private static void AddPosting(ref List<int>? postings, int position)
    {
        postings ??= [];
        if (postings.Count == 0 || postings[^1] != position)
            postings.Add(position);
    }

    private uint[] Search(PeerSelector selector) => selector switch
    {
        LabelSelector labels => Search(labels),
        CidrSelector cidr => [.. _prefixes.Match(cidr).Order()],
        _ => [.. _identities.Where(selector.Matches).Select(identity => identity.Number)],
    };

    private uint[] Search(LabelSelector selector)
    {
        var found = new List<uint>();
        if (Narrowest(selector) is { } positions)
        {
            foreach (int position in positions)
                AddIfSelected(found, selector, position);
        }
        else
        {
            for (int position = 0; position < _identities.Length; position++)
                AddIfSelected(found, selector, position);
        }
        return [.. found];
    }

    private void AddIfSelected(List<uint> found, LabelSelector selector, int position)
    {
        var identity = _identities[position];
        if (selector.Matches(identity.Labels))
            found.Add(identity.Number);
    }

    /// <summary>The positions that the requirement with the fewest possible identities leaves, ascending;
    /// null where no requirement needs a label to be there.</summary>
    private List<int>? Narrowest(LabelSelector selector)
    {
        List<List<int>>? narrowest = null;
        int fewest = int.MaxValue;
        foreach (var requirement in selector.Requirements)
        {
            if (!requirement.NeedsKey)
                continue;
            var postings = PostingsOf(requirement);
            int count = 0;
            foreach (var list in postings)
                count += list.Count;
            if (count < fewest)
                (narrowest, fewest) = (postings, count);
        }
        return narrowest is null ? null : Union(narrowest);
    }

    private List<List<int>> PostingsOf(SelectorRequirement requirement)
    {
        var postings = new List<List<int>>();
        if (requirement.Operator == SelectorOperator.Exists)
        {
            if (_byKey.TryGetValue(requirement.Key, out var list))
                postings.Add(list);
            return postings;
        }
        foreach (string value in requirement.Values)
        {
            if (_byKeyAndValue.TryGetValue((requirement.Key, value), out var list))
                postings.Add(list);
        }
        return postings;
    }

    /// <summary>An identity is in two lists where two sources give its key different values.</summary>
    private static List<int> Union(List<List<int>> lists)
    {
        if (lists.Count == 1)
            return lists[0];
        var union = new SortedSet<int>();
        foreach (var list in lists)
            union.UnionWith(list);
        return [.. union];
    }
}
