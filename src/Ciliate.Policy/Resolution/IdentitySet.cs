using System.Collections;
using System.Collections.Concurrent;
using System.Runtime.InteropServices;

namespace Ciliate.Policy;

/// <summary>
/// All identities, arranged so that a selector looks only at those that have one of its labels, and each distinct selector looks once between two
/// changes of the set. Give the same set to every <see cref="PolicyEngine.Resolve"/>: one identity more or less costs what it is itself.
/// Thread-safe while it is not changed.
/// The reserved identities are always part of it; one that is given with other labels takes the place of the usual one.
/// </summary>
public sealed class IdentitySet : IReadOnlyCollection<Identity>
{
    private readonly Dictionary<uint, Identity> _identities = [];
    private readonly Dictionary<string, HashSet<uint>> _byKey = [];
    private readonly Dictionary<(string Key, string Value), HashSet<uint>> _byKeyAndValue = [];
    private readonly Dictionary<uint, IReadOnlyList<NamedPort>> _namedPorts = [];
    private readonly ConcurrentDictionary<PeerSelector, uint[]> _matches = new();
    private PrefixIndex? _prefixes;

    /// <exception cref="ArgumentException">An identity has the number 0, or two have the same number.</exception>
    public IdentitySet(IEnumerable<Identity> identities)
    {
        foreach (var identity in identities)
        {
            if (_identities.ContainsKey(identity.Number))
                throw new ArgumentException($"identity number {identity.Number} is given twice", nameof(identities));
            Put(identity);
        }
        foreach (var reserved in ReservedIdentities.All)
        {
            if (!_identities.ContainsKey(reserved.Number))
                Put(reserved);
        }
    }

    public int Count => _identities.Count;

    /// <summary>Another one after each change.</summary>
    public long Revision { get; private set; }

    /// <summary>In the order of their numbers.</summary>
    public IEnumerator<Identity> GetEnumerator() => _identities.Values.OrderBy(identity => identity.Number).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>Null when there is none of that number.</summary>
    public Identity? Find(uint number) => _identities.GetValueOrDefault(number);

    /// <summary>Adds an identity; one of the same number gives way.</summary>
    /// <exception cref="ArgumentException">The number is 0.</exception>
    public void Put(Identity identity)
    {
        if (identity.Number == 0)
            throw new ArgumentException("identity number 0 stands for every peer", nameof(identity));
        Remove(identity.Number);
        _identities[identity.Number] = identity;
        foreach (ref readonly var label in identity.Labels.AsSpan())
        {
            PostingsOf(_byKey, label.Key).Add(identity.Number);
            PostingsOf(_byKeyAndValue, (label.Key, label.Value)).Add(identity.Number);
        }
        if (identity.NamedPorts.Count > 0)
            _namedPorts[identity.Number] = identity.NamedPorts;
        Forget(identity);
    }

    /// <summary>Takes away an identity that is not reserved. Safe to repeat.</summary>
    public void Remove(uint number)
    {
        if (!_identities.Remove(number, out var identity))
            return;
        foreach (ref readonly var label in identity.Labels.AsSpan())
        {
            RemovePosting(_byKey, label.Key, number);
            RemovePosting(_byKeyAndValue, (label.Key, label.Value), number);
        }
        _namedPorts.Remove(number);
        Forget(identity);
    }

    /// <summary>The identities that give names to ports, by number.</summary>
    internal IReadOnlyDictionary<uint, IReadOnlyList<NamedPort>> NamedPorts => _namedPorts;

    /// <summary>Numbers of the identities that the selector selects, ascending.</summary>
    public ReadOnlySpan<uint> Match(PeerSelector selector) =>
        _matches.GetOrAdd(selector, static (wanted, set) => set.Search(wanted), this);

    /// <summary>What was found before it came or went.</summary>
    private void Forget(Identity changed)
    {
        Revision++;
        _matches.Clear();
        if (changed.Prefix is not null)
            _prefixes = null;
    }

    private static HashSet<uint> PostingsOf<TKey>(Dictionary<TKey, HashSet<uint>> postings, TKey key) where TKey : notnull =>
        CollectionsMarshal.GetValueRefOrAddDefault(postings, key, out _) ??= [];

    /// <summary>Labels of two sources may have the same key.</summary>
    private static void RemovePosting<TKey>(Dictionary<TKey, HashSet<uint>> postings, TKey key, uint number) where TKey : notnull
    {
        if (postings.TryGetValue(key, out var numbers) && numbers.Remove(number) && numbers.Count == 0)
            postings.Remove(key);
    }

    private uint[] Search(PeerSelector selector) => selector switch
    {
        LabelSelector labels => Search(labels),
        CidrSelector cidr => [.. LazyInitializer.EnsureInitialized(ref _prefixes, () => new PrefixIndex(_identities.Values)).Match(cidr).Order()],
        _ => [.. _identities.Values.Where(selector.Matches).Select(identity => identity.Number).Order()],
    };

    private uint[] Search(LabelSelector selector) =>
        [.. (Narrowest(selector) ?? _identities.Keys).Where(number => selector.Matches(_identities[number].Labels)).Order()];

    /// <summary>What the requirement with the fewest possible identities leaves; null where no requirement needs a label to be there.</summary>
    private IEnumerable<uint>? Narrowest(LabelSelector selector)
    {
        List<HashSet<uint>>? narrowest = null;
        int fewest = int.MaxValue;
        foreach (var requirement in selector.Requirements)
        {
            if (!requirement.NeedsKey)
                continue;
            var postings = PostingsOf(requirement);
            int count = 0;
            foreach (var numbers in postings)
                count += numbers.Count;
            if (count < fewest)
                (narrowest, fewest) = (postings, count);
        }
        // An identity is in two where two sources give its key different values.
        return narrowest is [var only] ? only : narrowest?.SelectMany(numbers => numbers).Distinct();
    }

    private List<HashSet<uint>> PostingsOf(SelectorRequirement requirement)
    {
        var postings = new List<HashSet<uint>>();
        if (requirement.Operator == SelectorOperator.Exists)
        {
            if (_byKey.TryGetValue(requirement.Key, out var numbers))
                postings.Add(numbers);
            return postings;
        }
        foreach (string value in requirement.Values)
        {
            if (_byKeyAndValue.TryGetValue((requirement.Key, value), out var numbers))
                postings.Add(numbers);
        }
        return postings;
    }
}
