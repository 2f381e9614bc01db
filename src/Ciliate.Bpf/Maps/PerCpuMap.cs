using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Ciliate.Linux;

namespace Ciliate.Bpf;

/// <summary>A map with a value for each possible CPU, so that programs count without locks. Thread-safe.</summary>
public sealed unsafe class PerCpuMap<TKey, TValue> where TKey : unmanaged where TValue : unmanaged
{
    private const int StackLimit = 4096;

    // The kernel rounds the value of each CPU up to 8 bytes.
    private static readonly int Stride = (sizeof(TValue) + 7) & ~7;

    internal PerCpuMap(BpfMap map)
    {
        map.CheckSizes(Unsafe.SizeOf<TKey>(), Unsafe.SizeOf<TValue>());
        if (!map.IsPerCpu)
        {
            throw new ArgumentException($"map {map.Name} has one value for all CPUs");
        }

        Map = map;
    }

    public BpfMap Map { get; }

    public string Name => Map.Name;

    /// <summary>Values of an entry, one for each possible CPU.</summary>
    /// <exception cref="KeyNotFoundException">There is no such entry.</exception>
    public TValue[] this[TKey key]
    {
        get
        {
            var values = new TValue[Cpus.PossibleCount];
            return TryGet(key, values) ? values : throw new KeyNotFoundException($"map {Name} has no entry for this key");
        }
    }

    /// <param name="values">As many as <see cref="Cpus.PossibleCount"/>.</param>
    public bool TryGet(in TKey key, Span<TValue> values)
    {
        CheckCount(values.Length);
        int size = Stride * values.Length;
        Span<byte> buffer = size <= StackLimit ? stackalloc byte[size] : new byte[size];
        int result;
        fixed (TKey* keyPointer = &key)
        fixed (byte* bufferPointer = buffer)
        {
            result = MapCalls.Lookup(Map.Descriptor, keyPointer, bufferPointer);
        }

        if (result == -Errno.ENOENT)
        {
            return false;
        }

        MapCalls.ThrowIfFailed(result, "look into", Map);
        for (int cpu = 0; cpu < values.Length; cpu++)
        {
            values[cpu] = MemoryMarshal.Read<TValue>(buffer[(cpu * Stride)..]);
        }

        return true;
    }

    /// <param name="values">As many as <see cref="Cpus.PossibleCount"/>.</param>
    public void Update(in TKey key, ReadOnlySpan<TValue> values, UpdateMode mode = UpdateMode.Any)
    {
        CheckCount(values.Length);
        byte[] buffer = new byte[Stride * values.Length];
        for (int cpu = 0; cpu < values.Length; cpu++)
        {
            MemoryMarshal.Write(buffer.AsSpan(cpu * Stride), values[cpu]);
        }

        fixed (TKey* keyPointer = &key)
        fixed (byte* bufferPointer = buffer)
        {
            MapCalls.ThrowIfFailed(MapCalls.Update(Map.Descriptor, keyPointer, bufferPointer, mode), "update", Map);
        }
    }

    /// <summary>False when there was no such entry.</summary>
    public bool Delete(in TKey key)
    {
        fixed (TKey* keyPointer = &key)
        {
            int result = MapCalls.Delete(Map.Descriptor, keyPointer);
            if (result == -Errno.ENOENT)
            {
                return false;
            }

            MapCalls.ThrowIfFailed(result, "delete from", Map);
            return true;
        }
    }

    private void CheckCount(int count)
    {
        if (count != Cpus.PossibleCount)
        {
            throw new ArgumentException($"map {Name} has a value for each of {Cpus.PossibleCount} CPUs, not for {count}");
        }
    }
}
