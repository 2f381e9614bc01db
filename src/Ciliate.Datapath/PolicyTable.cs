using Ciliate.Bpf;
using Ciliate.Datapath.Abi;

namespace Ciliate.Datapath;

/// <summary>Verdict entries of all slots in one hash map, and which of them each slot has.</summary>
internal sealed class PolicyTable(BpfMap<PolicyKey, PolicyValue> map)
{
    private readonly Dictionary<uint, HashSet<PolicyKey>> _keys = [];

    /// <summary>Reads back what an earlier agent left; entries of slots that are not <paramref name="used"/> are removed.</summary>
    public void Adopt(IReadOnlySet<uint> used)
    {
        foreach (var (key, _) in map.Entries())
            Used += KeysOf(key.Slot).Add(key) ? 1 : 0;
        foreach (var orphan in _keys.Keys.Where(slot => !used.Contains(slot)).ToArray())
            Clear(orphan);
    }

    /// <exception cref="DatapathException">There is no room for all of them; none was added.</exception>
    public void Add(uint slot, IReadOnlyCollection<PolicyEntry> entries)
    {
        var known = KeysOf(slot);
        PolicyKey[] keys = [.. entries.Select(entry => KeyOf(slot, entry))];
        RequireRoom(keys, known);
        int before = known.Count;
        known.UnionWith(keys);
        Used += known.Count - before;
        PolicyValue[] values = [.. entries.Select(entry => ValueOf(entry))];
        map.UpdateMany(keys, values);
    }

    /// <summary>Whether so many entries that are not there yet can be added.</summary>
    public bool HasRoomFor(int entries) => entries <= Free;

    public void Remove(uint slot, IEnumerable<PolicyEntry> entries)
    {
        var known = KeysOf(slot);
        foreach (var entry in entries)
        {
            var key = KeyOf(slot, entry);
            if (known.Contains(key))
                map.Delete(key);
            // After it has gone: what the table forgets would still be there when the slot is given out again.
            Used -= known.Remove(key) ? 1 : 0;
        }
    }

    public void Clear(uint slot)
    {
        if (!_keys.TryGetValue(slot, out var keys))
            return;
        map.DeleteMany(keys.ToArray());
        Used -= keys.Count;
        _keys.Remove(slot);
    }

    /// <summary>The entries of a slot; null when there are more than <paramref name="most"/>.</summary>
    public IReadOnlyList<PolicyEntry>? Read(uint slot, int most)
    {
        if (!_keys.TryGetValue(slot, out var keys))
            return [];
        return keys.Count <= most ? [.. keys.Select(key => EntryOf(key, map[key]))] : null;
    }

    public IEnumerable<(uint Slot, PolicyEntry Entry)> Dump() => map.Entries().Select(pair => (pair.Key.Slot, EntryOf(pair.Key, pair.Value)));

    public int Capacity => (int)map.Map.Info.MaxEntries;

    /// <summary>Entries of all slots.</summary>
    public int Used { get; private set; }

    private int Free => Capacity - Used;

    private void RequireRoom(PolicyKey[] keys, HashSet<PolicyKey> known)
    {
        int needed = HasRoomFor(keys.Length) ? 0 : keys.Where(key => !known.Contains(key)).Distinct().Count();
        if (!HasRoomFor(needed))
            throw new DatapathException($"the policy table is full: {needed} lines are needed, and {Free} of {Capacity} are free; name fewer peers or ports");
    }

    private HashSet<PolicyKey> KeysOf(uint slot)
    {
        if (!_keys.TryGetValue(slot, out var keys))
            _keys[slot] = keys = [];
        return keys;
    }

    private static PolicyKey KeyOf(uint slot, in PolicyEntry entry) => new()
    {
        Slot = slot,
        Peer = entry.Peer,
        Direction = (Direction)entry.Direction,
        Protocol = entry.Protocol,
        Port = Be16.FromHost(entry.Port),
        PortPrefixLength = entry.PortPrefixLength,
    };

    private static PolicyValue ValueOf(in PolicyEntry entry) => new()
    {
        Precedence = entry.Precedence,
        Rule = entry.RuleId,
        Verdict = entry.Deny ? PolicyVerdict.Deny : PolicyVerdict.Allow,
    };

    private static PolicyEntry EntryOf(in PolicyKey key, in PolicyValue value) => new(
        (TrafficDirection)key.Direction, key.Peer, key.Protocol, key.Port.ToHost(), key.PortPrefixLength,
        value.Verdict == PolicyVerdict.Deny, value.Precedence, value.Rule);
}
