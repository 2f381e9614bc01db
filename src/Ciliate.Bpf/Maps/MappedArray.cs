using System.Runtime.CompilerServices;
using Ciliate.Linux;

namespace Ciliate.Bpf;

/// <summary>The values of an array, shared with the kernel by memory: reads and writes take no system call and are seen at once.
/// References are valid until this is disposed. A value is not written in one step; a 64-bit word in it is, by <see cref="Store"/>.</summary>
public sealed class MappedArray<T> : IDisposable where T : unmanaged
{
    private readonly MemoryMapping _mapping;
    private readonly string _name;

    internal MappedArray(BpfMap map)
    {
        map.CheckSizes(sizeof(uint), Unsafe.SizeOf<T>());
        if (map.Info.Type != MapType.Array || !map.Info.Flags.HasFlag(MapFlags.Mappable))
        {
            throw new ArgumentException($"map {map.Name} is not an array that can be mapped: define it with BPF_F_MMAPABLE");
        }

        _name = map.Name;
        Length = (int)map.Info.MaxEntries;
        Stride = (Unsafe.SizeOf<T>() + 7) & ~7;
        long page = Environment.SystemPageSize;
        long bytes = ((long)Length * Stride + page - 1) / page * page;
        _mapping = MemoryMapping.Map(map.Descriptor, bytes, writable: true, $"map the memory of map {map.Name}");
    }

    public int Length { get; }

    /// <summary>Bytes from one value to the next.</summary>
    public int Stride { get; }

    public ref T this[int index]
    {
        get
        {
            if ((uint)index >= (uint)Length)
            {
                throw new ArgumentOutOfRangeException(nameof(index), index, $"map {_name} has {Length} entries");
            }

            return ref Unsafe.As<byte, T>(ref _mapping.At<byte>((long)index * Stride));
        }
    }

    /// <summary>Reads a 64-bit word of a value in one step, before all reads that follow.</summary>
    /// <param name="offset">Bytes from the start of the value; a multiple of 8.</param>
    public ulong Load(int index, int offset) => Volatile.Read(ref Word(index, offset));

    /// <summary>Writes a 64-bit word of a value in one step, after all writes that went before.</summary>
    /// <param name="offset">Bytes from the start of the value; a multiple of 8.</param>
    public void Store(int index, int offset, ulong value) => Volatile.Write(ref Word(index, offset), value);

    public void Dispose() => _mapping.Dispose();

    private ref ulong Word(int index, int offset)
    {
        if ((uint)index >= (uint)Length || offset < 0 || offset > Stride - sizeof(ulong))
        {
            throw new ArgumentOutOfRangeException(nameof(offset), offset, $"map {_name} has {Length} entries of {Stride} bytes");
        }

        return ref _mapping.At<ulong>((long)index * Stride + offset);
    }
}
