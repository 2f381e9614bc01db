using System.Runtime.CompilerServices;
using Ciliate.Linux;

namespace Ciliate.Bpf;

/// <summary>A map by its keys and values: hash, LRU hash, array, LPM trie. A view of <see cref="Map"/>, which owns the descriptor.
/// A program array or a map of maps has <c>int</c> values: descriptors in, ids out. Thread-safe.</summary>
public sealed unsafe class BpfMap<TKey, TValue> where TKey : unmanaged where TValue : unmanaged
{
    internal BpfMap(BpfMap map)
    {
        map.CheckSizes(Unsafe.SizeOf<TKey>(), Unsafe.SizeOf<TValue>());
        if (map.IsPerCpu)
        {
            throw new ArgumentException($"map {map.Name} has a value for each CPU: open it as per-CPU map");
        }

        Map = map;
    }

    public BpfMap Map { get; }

    public string Name => Map.Name;

    /// <exception cref="KeyNotFoundException">There is no such entry.</exception>
    /// <exception cref="LinuxException">The kernel refuses.</exception>
    public TValue this[TKey key]
    {
        get => TryGet(key, out TValue value) ? value : throw new KeyNotFoundException($"map {Name} has no entry for this key");
        set => Update(key, value);
    }

    public bool TryGet(in TKey key, out TValue value)
    {
        fixed (TKey* keyPointer = &key)
        fixed (TValue* valuePointer = &value)
        {
            return Found(MapCalls.Lookup(Map.Descriptor, keyPointer, valuePointer), "look into");
        }
    }

    /// <exception cref="LinuxException">E2BIG: the map is full. EEXIST, ENOENT: the mode forbids it.</exception>
    public void Update(in TKey key, in TValue value, UpdateMode mode = UpdateMode.Any) => MapCalls.ThrowIfFailed(Put(key, value, mode), "update", Map);

    /// <summary>False when there is an entry already, which then stays as it is.</summary>
    public bool TryAdd(in TKey key, in TValue value)
    {
        int result = Put(key, value, UpdateMode.OnlyAdd);
        if (result == -Errno.EEXIST)
        {
            return false;
        }

        MapCalls.ThrowIfFailed(result, "add to", Map);
        return true;
    }

    /// <summary>False when there was no such entry.</summary>
    public bool Delete(in TKey key)
    {
        fixed (TKey* keyPointer = &key)
        {
            return Found(MapCalls.Delete(Map.Descriptor, keyPointer), "delete from");
        }
    }

    /// <summary>The keys one after the other. What comes or goes meanwhile may be missed or seen twice; it ends in any case.</summary>
    public IEnumerable<TKey> Keys()
    {
        // A key that is deleted while it is the current one makes the kernel start over: hence a bound.
        uint left = Map.Info.MaxEntries;
        for (bool found = FirstKey(out TKey key); found && left > 0; found = NextKey(key, out key), left--)
        {
            yield return key;
        }
    }

    /// <summary>All entries, in large steps. Of a hash: every entry that is there throughout, once.</summary>
    /// <exception cref="LinuxException">The kernel refuses.</exception>
    public List<KeyValuePair<TKey, TValue>> ReadAll() => [.. Entries()];

    /// <summary>Like <see cref="ReadAll"/>, one after the other: it takes little memory however large the map is.</summary>
    /// <param name="step">Entries that one call of the kernel reads.</param>
    public IEnumerable<KeyValuePair<TKey, TValue>> Entries(int step = MapBatch<TKey, TValue>.Step) =>
        MapBatch<TKey, TValue>.Read(Map, delete: false, step);

    /// <summary>Like <see cref="ReadAll"/>, and takes the entries out.</summary>
    public List<KeyValuePair<TKey, TValue>> TakeAll() => [.. MapBatch<TKey, TValue>.Read(Map, delete: true)];

    /// <summary>Sets many entries with few calls.</summary>
    /// <exception cref="LinuxException">Those before the one that failed are set.</exception>
    public void UpdateMany(ReadOnlySpan<TKey> keys, ReadOnlySpan<TValue> values, UpdateMode mode = UpdateMode.Any) =>
        MapBatch<TKey, TValue>.Update(Map, keys, values, mode);

    /// <summary>Deletes many entries with few calls and returns how many were there.</summary>
    public int DeleteMany(ReadOnlySpan<TKey> keys) => MapBatch<TKey, TValue>.Delete(Map, keys);

    private int Put(in TKey key, in TValue value, UpdateMode mode)
    {
        fixed (TKey* keyPointer = &key)
        fixed (TValue* valuePointer = &value)
        {
            return MapCalls.Update(Map.Descriptor, keyPointer, valuePointer, mode);
        }
    }

    private bool FirstKey(out TKey key)
    {
        fixed (TKey* next = &key)
        {
            return Found(MapCalls.NextKey(Map.Descriptor, null, next), "walk through");
        }
    }

    private bool NextKey(TKey current, out TKey key)
    {
        fixed (TKey* next = &key)
        {
            return Found(MapCalls.NextKey(Map.Descriptor, &current, next), "walk through");
        }
    }

    private bool Found(int result, string verb)
    {
        if (result == -Errno.ENOENT)
        {
            return false;
        }

        MapCalls.ThrowIfFailed(result, verb, Map);
        return true;
    }
}
