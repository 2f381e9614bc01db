using Ciliate.Bpf.Interop;
using Ciliate.Linux;
using static Ciliate.Bpf.Interop.BpfCommand;

namespace Ciliate.Bpf;

/// <summary>Makes maps from their blueprints.</summary>
internal static unsafe class MapFactory
{
    public static BpfMap Create(MapSpec spec, FileDescriptor? btf)
    {
        using BpfMap? inner = spec.Inner is null ? null : Create(spec.Inner, btf);
        bool described = btf is not null && TakesTypes(spec.Type);
        var attribute = new bpf_attr_map_create
        {
            map_type = (uint)spec.Type,
            key_size = (uint)spec.KeySize,
            // User space sees a map inside a map, or a program, by its descriptor.
            value_size = spec.ValueSize == 0 && HoldsDescriptors(spec.Type) ? sizeof(uint) : (uint)spec.ValueSize,
            max_entries = spec.MaxEntries,
            map_flags = (uint)spec.Flags,
            inner_map_fd = inner?.Descriptor.Number ?? 0,
            map_name = ObjectName.From(spec.Name),
            btf_fd = described ? btf!.Number : 0,
            btf_key_type_id = described ? spec.KeyTypeId : 0,
            btf_value_type_id = described ? spec.ValueTypeId : 0,
        };
        FileDescriptor descriptor = SystemCall.BpfDescriptor(BPF_MAP_CREATE, ref attribute, $"create map {spec.Name}");
        GC.KeepAlive(inner);
        GC.KeepAlive(btf);
        return new BpfMap(descriptor, spec.Name);
    }

    /// <summary>Makes a data section: an array with one value, frozen when programs may only read it.</summary>
    public static BpfMap CreateDataSection(MapSpec spec, ReadOnlySpan<byte> content, FileDescriptor btf)
    {
        BpfMap map = Create(spec, spec.ValueTypeId == 0 ? null : btf);
        try
        {
            if (!content.IsEmpty)
            {
                uint key = 0;
                fixed (byte* value = content)
                {
                    MapCalls.ThrowIfFailed(MapCalls.Update(map.Descriptor, &key, value, UpdateMode.Any), "fill", map);
                }
            }

            if (spec.IsConstant)
            {
                map.Freeze();
            }

            return map;
        }
        catch
        {
            map.Dispose();
            throw;
        }
    }

    private static bool HoldsDescriptors(MapType type) => type is MapType.ArrayOfMaps or MapType.HashOfMaps or MapType.ProgramArray;

    // The other kinds refuse BTF.
    private static bool TakesTypes(MapType type) => type is
        MapType.Hash or MapType.Array or MapType.PerCpuHash or MapType.PerCpuArray or MapType.LruHash or MapType.LruPerCpuHash or MapType.LpmTrie;
}
