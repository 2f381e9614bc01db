using System.Runtime.CompilerServices;
using Ciliate.Linux;
using static Ciliate.Bpf.Interop.BpfCommand;

namespace Ciliate.Bpf;

/// <summary>Map calls that carry many entries at once.</summary>
internal static unsafe class MapBatch<TKey, TValue> where TKey : unmanaged where TValue : unmanaged
{
    public const int Step = 4096;

    // The place where the kernel goes on: a number for hashes and arrays, a key for tries.
    private const int LeastPositionSize = 8;

    /// <summary>Entries in steps, so that a large map takes no more memory here than a step does.</summary>
    public static IEnumerable<KeyValuePair<TKey, TValue>> Read(BpfMap map, bool delete, int step = Step)
    {
        int room = (int)Math.Min(Math.Max(map.Info.MaxEntries, 1), step);
        TKey[] keys = new TKey[room];
        TValue[] values = new TValue[room];
        byte[] position = new byte[Math.Max(Unsafe.SizeOf<TKey>(), LeastPositionSize)];
        byte[] next = new byte[position.Length];
        bool first = true, more = true;
        while (more)
        {
            int count = keys.Length;
            int result = Call(delete ? BPF_MAP_LOOKUP_AND_DELETE_BATCH : BPF_MAP_LOOKUP_BATCH, map, first ? null : position, next, keys, values, ref count);
            if (result == -Errno.ENOSPC)
            {
                // One bucket of the hash holds more than there is room for.
                Array.Resize(ref keys, keys.Length * 2);
                Array.Resize(ref values, values.Length * 2);
                continue;
            }

            more = result != -Errno.ENOENT;
            if (more)
            {
                MapCalls.ThrowIfFailed(result, "read all of", map);
            }

            for (int i = 0; i < count; i++)
            {
                yield return new(keys[i], values[i]);
            }

            (position, next, first) = (next, position, false);
        }
    }

    public static void Update(BpfMap map, ReadOnlySpan<TKey> keys, ReadOnlySpan<TValue> values, UpdateMode mode)
    {
        if (keys.Length != values.Length)
        {
            throw new ArgumentException($"map {map.Name}: {keys.Length} keys for {values.Length} values");
        }

        while (keys.Length > 0)
        {
            int count = Math.Min(keys.Length, Step);
            int asked = count;
            fixed (TKey* keyPointer = keys)
            fixed (TValue* valuePointer = values)
            {
                int result = MapCalls.Batch(BPF_MAP_UPDATE_BATCH, map.Descriptor, null, null, keyPointer, valuePointer, ref count, mode);
                MapCalls.ThrowIfFailed(result, "update", map);
            }

            keys = keys[asked..];
            values = values[asked..];
        }
    }

    public static int Delete(BpfMap map, ReadOnlySpan<TKey> keys)
    {
        int deleted = 0;
        while (keys.Length > 0)
        {
            int count = Math.Min(keys.Length, Step);
            int result;
            fixed (TKey* keyPointer = keys)
            {
                result = MapCalls.Batch(BPF_MAP_DELETE_BATCH, map.Descriptor, null, null, keyPointer, null, ref count, UpdateMode.Any);
            }

            if (result != -Errno.ENOENT)
            {
                MapCalls.ThrowIfFailed(result, "delete from", map);
            }

            // The kernel stops at a key that is not there: go on behind it.
            deleted += count;
            keys = keys[(result == 0 ? count : count + 1)..];
        }

        return deleted;
    }

    private static int Call(int command, BpfMap map, byte[]? position, byte[] next, TKey[] keys, TValue[] values, ref int count)
    {
        fixed (byte* positionPointer = position)
        fixed (byte* nextPointer = next)
        fixed (TKey* keyPointer = keys)
        fixed (TValue* valuePointer = values)
        {
            return MapCalls.Batch(command, map.Descriptor, positionPointer, nextPointer, keyPointer, valuePointer, ref count, UpdateMode.Any);
        }
    }
}
