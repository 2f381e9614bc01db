using Ciliate.Bpf.Interop;
using Ciliate.Linux;
using static Ciliate.Bpf.Interop.BpfCommand;

namespace Ciliate.Bpf;

/// <summary>A map by bytes, for layouts that are known only when the program runs. A value of a per-CPU map is that of all CPUs, each
/// rounded up to 8 bytes.</summary>
public sealed unsafe class MapBytes(BpfMap map)
{
    public BpfMap Map => map;

    public int ValueSize => map.IsPerCpu ? Stride * Cpus.PossibleCount : map.Info.ValueSize;

    /// <summary>Bytes from the value of one CPU to that of the next; without CPUs the size of the value.</summary>
    public int Stride => map.IsPerCpu ? (map.Info.ValueSize + 7) & ~7 : map.Info.ValueSize;

    /// <summary>What the map's keys and values are; null when it was made without types.</summary>
    /// <exception cref="LinuxException">The kernel does not tell.</exception>
    public BtfSpec? ReadTypes()
    {
        if (map.Info.BtfId == 0)
        {
            return null;
        }

        using FileDescriptor btf = BpfObjects.OpenById(BPF_BTF_GET_FD_BY_ID, map.Info.BtfId, "types");
        var info = default(bpf_btf_info);
        BpfObjects.GetInfo(btf, ref info, $"the types of map {map.Name}");
        byte[] blob = new byte[info.btf_size];
        fixed (byte* pointer = blob)
        {
            info = new bpf_btf_info { btf = pointer, btf_size = (uint)blob.Length };
            BpfObjects.GetInfo(btf, ref info, $"the types of map {map.Name}");
        }

        return BtfSpec.Parse(blob, $"map {map.Name}");
    }

    /// <summary>The entries one after the other. What comes or goes meanwhile may be missed or seen twice; it ends in any case.</summary>
    public IEnumerable<KeyValuePair<byte[], byte[]>> Entries()
    {
        uint left = map.Info.MaxEntries;
        for (byte[]? key = Next(null); key is not null && left > 0; key = Next(key), left--)
        {
            if (Find(key) is { } value)
            {
                yield return new(key, value);
            }
        }
    }

    /// <summary>Null when there is none.</summary>
    public byte[]? Find(ReadOnlySpan<byte> key)
    {
        byte[] value = new byte[ValueSize];
        fixed (byte* keyPointer = key)
        fixed (byte* valuePointer = value)
        {
            int result = MapCalls.Lookup(map.Descriptor, keyPointer, valuePointer);
            if (result == -Errno.ENOENT)
            {
                return null;
            }

            MapCalls.ThrowIfFailed(result, "look into", map);
            return value;
        }
    }

    /// <summary>False when there is an entry already and <paramref name="mode"/> is to add only.</summary>
    public bool Put(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value, UpdateMode mode = UpdateMode.Any)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(key.Length, map.Info.KeySize);
        ArgumentOutOfRangeException.ThrowIfNotEqual(value.Length, ValueSize);
        fixed (byte* keyPointer = key)
        fixed (byte* valuePointer = value)
        {
            int result = MapCalls.Update(map.Descriptor, keyPointer, valuePointer, mode);
            if (result == -Errno.EEXIST)
            {
                return false;
            }

            MapCalls.ThrowIfFailed(result, "update", map);
            return true;
        }
    }

    private byte[]? Next(byte[]? key)
    {
        byte[] next = new byte[map.Info.KeySize];
        fixed (byte* keyPointer = key)
        fixed (byte* nextPointer = next)
        {
            int result = MapCalls.NextKey(map.Descriptor, keyPointer, nextPointer);
            if (result == -Errno.ENOENT)
            {
                return null;
            }

            MapCalls.ThrowIfFailed(result, "walk through", map);
            return next;
        }
    }
}
