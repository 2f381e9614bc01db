using Ciliate.Bpf.Elf;

namespace Ciliate.Bpf;

/// <summary>Variables of the object: each of .rodata, .data and .bss becomes an array map with one value.</summary>
internal static class DataSections
{
    public static bool IsData(string section) => IsOneOf(section, ".rodata") || IsOneOf(section, ".data") || IsOneOf(section, ".bss");

    public static MapSpec ToMap(ElfSection section, BtfSpec btf) => new(section.Name, MapType.Array)
    {
        KeySize = sizeof(uint),
        ValueSize = (int)section.Size,
        MaxEntries = 1,
        Flags = IsOneOf(section.Name, ".rodata") ? MapFlags.ReadOnlyForPrograms : MapFlags.Mappable,
        ValueTypeId = btf.Find(section.Name, BtfKind.DataSection)?.Id ?? 0,
        IsDataSection = true,
        InitialContent = section.Data,
    };

    private static bool IsOneOf(string section, string family) => section == family || section.StartsWith(family + ".", StringComparison.Ordinal);
}
