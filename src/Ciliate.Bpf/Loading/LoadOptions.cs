namespace Ciliate.Bpf;

/// <summary>How a spec becomes a thing.</summary>
public sealed record LoadOptions
{
    /// <summary>Maps to use in place of those that the object defines, by their names there. They stay the caller's.</summary>
    public IReadOnlyDictionary<string, BpfMap> MapReplacements { get; init; } = new Dictionary<string, BpfMap>();

    /// <summary>Directory on a BPF file system for maps that are pinned by name; needed when the object has such maps.</summary>
    public string? PinDirectory { get; init; }

    /// <summary>Only these programs, and only maps that they use; null: everything.</summary>
    public IReadOnlyCollection<string>? Programs { get; init; }

    /// <summary>All maps, whether the programs use them or not.</summary>
    public bool AllMaps { get; init; }
}
