using Ciliate.Bpf.Interop;
using Ciliate.Linux;
using static Ciliate.Bpf.Interop.BpfCommand;

namespace Ciliate.Bpf;

/// <summary>The map commands of bpf(2) on raw bytes. All return 0 or a negative error number.</summary>
internal static unsafe class MapCalls
{
    public static int Lookup(FileDescriptor map, void* key, void* value) => Element(BPF_MAP_LOOKUP_ELEM, map, key, value, 0);

    public static int Update(FileDescriptor map, void* key, void* value, UpdateMode mode) =>
        Element(BPF_MAP_UPDATE_ELEM, map, key, value, (ulong)mode);

    public static int Delete(FileDescriptor map, void* key) => Element(BPF_MAP_DELETE_ELEM, map, key, null, 0);

    /// <param name="key">Null for the first.</param>
    public static int NextKey(FileDescriptor map, void* key, void* next) => Element(BPF_MAP_GET_NEXT_KEY, map, key, next, 0);

    /// <param name="count">In: entries there is room for, or that are given. Out: entries done.</param>
    public static int Batch(int command, FileDescriptor map, void* position, void* next, void* keys, void* values, ref int count, UpdateMode mode)
    {
        using DescriptorLease lease = map.Lease();
        var attribute = new bpf_attr_batch
        {
            in_batch = position,
            out_batch = next,
            keys = keys,
            values = values,
            count = (uint)count,
            map_fd = lease.Number,
            elem_flags = (ulong)mode,
        };
        int result = SystemCall.Bpf(command, ref attribute);
        count = (int)attribute.count;
        return result;
    }

    public static void ThrowIfFailed(int result, string verb, BpfMap map)
    {
        if (result < 0)
        {
            throw new LinuxException($"{verb} map {map.Name}", -result);
        }
    }

    private static int Element(int command, FileDescriptor map, void* key, void* value, ulong flags)
    {
        using DescriptorLease lease = map.Lease();
        var attribute = new bpf_attr_map_elem { map_fd = lease.Number, key = key, value = value, flags = flags };
        return SystemCall.Bpf(command, ref attribute);
    }
}
