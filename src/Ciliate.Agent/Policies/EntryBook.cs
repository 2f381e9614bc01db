using System.Collections;
using Ciliate.Datapath;

namespace Ciliate.Agent.Policies;

/// <summary>The entries of a verdict table by peer, so that those of one peer come and go without a look at the others. Endpoints whose tables are
/// equal share one.</summary>
internal sealed class EntryBook : IReadOnlyCollection<PolicyEntry>
{
    private readonly Dictionary<uint, PolicyEntry[]> _byPeer;

    public EntryBook(IEnumerable<PolicyEntry> entries)
    {
        _byPeer = entries.GroupBy(entry => entry.Peer).ToDictionary(group => group.Key, group => group.ToArray());
        Count = _byPeer.Values.Sum(ofPeer => ofPeer.Length);
    }

    public int Count { get; private set; }

    public bool Has(uint peer) => _byPeer.ContainsKey(peer);

    public IEnumerable<PolicyEntry> Of(uint peer) => _byPeer.GetValueOrDefault(peer) ?? [];

    /// <summary>Adds the entries of peers that had none.</summary>
    public void Add(IEnumerable<PolicyEntry> entries)
    {
        foreach (IGrouping<uint, PolicyEntry> group in entries.GroupBy(entry => entry.Peer))
        {
            Remove(group.Key);
            PolicyEntry[] ofPeer = [.. group];
            _byPeer[group.Key] = ofPeer;
            Count += ofPeer.Length;
        }
    }

    /// <summary>Safe to repeat.</summary>
    public void Remove(uint peer)
    {
        if (_byPeer.Remove(peer, out PolicyEntry[]? ofPeer))
            Count -= ofPeer.Length;
    }

    /// <summary>Whether the entries are the same; none is there twice.</summary>
    public bool IsSame(EntryBook other) =>
        ReferenceEquals(this, other)
        || (Count == other.Count && _byPeer.All(pair => other._byPeer.TryGetValue(pair.Key, out PolicyEntry[]? ofPeer) && IsSame(pair.Value, ofPeer)));

    public IEnumerator<PolicyEntry> GetEnumerator() => _byPeer.Values.SelectMany(ofPeer => ofPeer).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private static bool IsSame(PolicyEntry[] one, PolicyEntry[] other) =>
        one.AsSpan().SequenceEqual(other) || (one.Length == other.Length && one.ToHashSet().SetEquals(other));
}
