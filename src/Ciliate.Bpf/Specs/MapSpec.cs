namespace Ciliate.Bpf;

/// <summary>The blueprint of a map. Change it with <c>with</c> and hand it to <see cref="ObjectSpec.ConfigureMap"/>.</summary>
public sealed record MapSpec(string Name, MapType Type)
{
    /// <summary>Bytes.</summary>
    public int KeySize { get; init; }

    /// <summary>Bytes; of a per-CPU map: for one CPU.</summary>
    public int ValueSize { get; init; }

    /// <summary>Entries; of a ring buffer: bytes.</summary>
    public uint MaxEntries { get; init; }

    public MapFlags Flags { get; init; }

    /// <summary>Found and kept by name in the pin directory.</summary>
    public bool IsPinned { get; init; }

    /// <summary>BTF type of the key, 0 when there is none.</summary>
    public uint KeyTypeId { get; init; }

    /// <summary>BTF type of the value, 0 when there is none.</summary>
    public uint ValueTypeId { get; init; }

    /// <summary>What the maps inside a map of maps look like.</summary>
    public MapSpec? Inner { get; init; }

    /// <summary>This map is a data section of the object (.rodata, .data, .bss), which programs reach as variables.</summary>
    public bool IsDataSection { get; init; }

    /// <summary>Written once and frozen before a program is loaded, so that the verifier knows the values.</summary>
    public bool IsConstant => IsDataSection && Flags.HasFlag(MapFlags.ReadOnlyForPrograms);

    /// <summary>Whether an existing map can stand for this one: by type, sizes and flags.</summary>
    public bool Fits(MapInfo existing) => MapCompatibility.Difference(this, existing) is null;

    /// <summary>What a data section holds before it is changed; empty stands for zeros.</summary>
    internal ReadOnlyMemory<byte> InitialContent { get; init; }
}
