using Ciliate.Bpf.Interop;
using Ciliate.Linux;
using static Ciliate.Bpf.Interop.BpfCommand;

namespace Ciliate.Bpf;

/// <summary>A map of the kernel, held by a descriptor: it lives as long as someone holds it, a program uses it or it is pinned.
/// <see cref="As{TKey, TValue}"/> and its sisters give typed access. Thread-safe.</summary>
public sealed unsafe class BpfMap : IDisposable
{
    internal BpfMap(FileDescriptor descriptor, string? name = null)
    {
        Descriptor = descriptor;
        var info = default(bpf_map_info);
        BpfObjects.GetInfoOrClose(descriptor, ref info, $"map {name}");
        Info = new MapInfo(
            (MapType)info.type, info.id, (int)info.key_size, (int)info.value_size, info.max_entries, (MapFlags)info.map_flags, info.name.ToString(),
            info.btf_id, info.btf_key_type_id, info.btf_value_type_id);
        Name = name ?? Info.Name;
    }

    public FileDescriptor Descriptor { get; }

    public MapInfo Info { get; }

    /// <summary>As the object file or the pin names it; at most 15 characters when the kernel alone knows it.</summary>
    public string Name { get; }

    /// <summary>Makes a map without an object file.</summary>
    /// <exception cref="LinuxException">The kernel refuses.</exception>
    public static BpfMap Create(MapSpec spec) => MapFactory.Create(spec, btf: null);

    /// <exception cref="LinuxException">There is none.</exception>
    public static BpfMap Open(uint id) => new(BpfObjects.OpenById(BPF_MAP_GET_FD_BY_ID, id, "map"));

    /// <summary>The ids of all maps of the machine at this time.</summary>
    public static IReadOnlyList<uint> ListIds() => BpfObjects.ListIds(BPF_MAP_GET_NEXT_ID, "maps");

    /// <exception cref="LinuxException">Nothing is pinned there, or it is no map.</exception>
    public static BpfMap OpenPinned(string path) => new(BpfObjects.OpenPinned(path, "map"), Path.GetFileName(path));

    /// <summary>Keeps the map beyond this process.</summary>
    /// <param name="path">On a BPF file system; its directory exists, it does not.</param>
    public void Pin(string path) => BpfObjects.Pin(Descriptor, path, $"map {Name}");

    /// <summary>User space can write to it no more; for good.</summary>
    public void Freeze() => BpfObjects.Call(BPF_MAP_FREEZE, Descriptor, $"freeze map {Name}");

    /// <summary>The bytes of an element of an array, a data section above all.</summary>
    /// <exception cref="LinuxException">There is none, or it is no array.</exception>
    public byte[] ReadElement(uint index)
    {
        byte[] value = new byte[Info.ValueSize];
        fixed (byte* pointer = value)
        {
            MapCalls.ThrowIfFailed(MapCalls.Lookup(Descriptor, &index, pointer), "look into", this);
        }

        return value;
    }

    /// <summary>Access by keys and values of these types.</summary>
    /// <exception cref="ArgumentException">A size differs from the map's, or the map is per CPU.</exception>
    public BpfMap<TKey, TValue> As<TKey, TValue>() where TKey : unmanaged where TValue : unmanaged => new(this);

    /// <summary>Access to a map that has a value for each CPU.</summary>
    /// <exception cref="ArgumentException">A size differs from the map's, or the map is not per CPU.</exception>
    public PerCpuMap<TKey, TValue> AsPerCpu<TKey, TValue>() where TKey : unmanaged where TValue : unmanaged => new(this);

    /// <summary>Maps the values of an array into memory. Dispose the result; the map stays.</summary>
    /// <exception cref="ArgumentException">The size differs, or the map is no array that was made with <see cref="MapFlags.Mappable"/>.</exception>
    public MappedArray<T> Mapped<T>() where T : unmanaged => new(this);

    public override string ToString() => $"map {Name} ({Info.Type}, id {Info.Id})";

    public void Dispose() => Descriptor.Dispose();

    internal void CheckSizes(int keySize, int valueSize)
    {
        if (keySize != Info.KeySize || valueSize != Info.ValueSize)
        {
            throw new ArgumentException(
                $"map {Name} has keys of {Info.KeySize} and values of {Info.ValueSize} bytes, the types have {keySize} and {valueSize}");
        }
    }

    internal bool IsPerCpu => Info.Type is MapType.PerCpuHash or MapType.PerCpuArray or MapType.LruPerCpuHash or MapType.PerCpuCgroupStorage;
}
