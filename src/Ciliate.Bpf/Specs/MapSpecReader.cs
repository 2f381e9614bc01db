using Ciliate.Bpf.Elf;

namespace Ciliate.Bpf;

/// <summary>Reads map definitions: variables in section .maps whose type is a struct of pointers. <c>int (*name)[N]</c> says a number,
/// <c>type *name</c> a type. The values of the variables themselves mean nothing.</summary>
internal sealed class MapSpecReader(BtfSpec btf, string file)
{
    internal const string SectionName = ".maps";
    private const int PinByName = 1;

    /// <summary>The maps by their offset in the section.</summary>
    public List<(uint Offset, MapSpec Spec)> Read(ElfFile elf)
    {
        ElfSection? section = elf.Find(SectionName);
        if (section is null)
        {
            return [];
        }

        if (elf.RelocationsOf(section).Count > 0)
        {
            throw Broken("has a map with initial entries, which are not supported: fill it after it is loaded");
        }

        if (btf.Find(SectionName, BtfKind.DataSection) is not BtfDataSection data)
        {
            throw Broken("is not described by BTF: compile with -g");
        }

        return [.. data.Variables.Select(entry =>
        {
            var variable = (BtfVariable)btf[entry.VariableId];
            return (entry.Offset, ReadDefinition(variable.Name, variable.TypeId));
        })];
    }

    private MapSpec ReadDefinition(string name, uint typeId, bool isInner = false)
    {
        if (btf.Resolve(typeId) is not BtfComposite { Kind: BtfKind.Struct } definition)
        {
            throw Broken($"map {name} is not defined by a struct");
        }

        var spec = new MapSpec(name, MapType.Unspecified);
        foreach (BtfMember member in definition.Members)
        {
            spec = Apply(spec, member, isInner);
        }

        if (spec.Type == MapType.Unspecified)
        {
            throw Broken($"map {name} has no type");
        }

        return spec;
    }

    private MapSpec Apply(MapSpec spec, BtfMember member, bool isInner) => member.Name switch
    {
        "type" => spec with { Type = (MapType)Number(spec, member) },
        "max_entries" => spec with { MaxEntries = Number(spec, member) },
        "map_flags" => spec with { Flags = (MapFlags)Number(spec, member) },
        "key_size" => spec with { KeySize = Size(spec, member) },
        "value_size" => spec with { ValueSize = Size(spec, member) },
        "key" => WithKey(spec, Pointee(spec, member)),
        "value" => WithValue(spec, Pointee(spec, member)),
        "pinning" => spec with { IsPinned = Pinning(spec, member) },
        "values" when isInner => throw Broken($"map {spec.Name} has maps inside: the kernel nests maps once"),
        "values" => spec with { Inner = InnerOf(spec, member) },
        _ => throw Broken($"map {spec.Name} has a field {member.Name}, which is unknown"),
    };

    private MapSpec WithKey(MapSpec spec, uint type) => spec with { KeyTypeId = type, KeySize = btf.SizeOf(type) };

    private MapSpec WithValue(MapSpec spec, uint type) => spec with { ValueTypeId = type, ValueSize = btf.SizeOf(type) };

    private uint Number(MapSpec spec, BtfMember member) =>
        btf.Resolve(Pointee(spec, member)) is BtfArray array ? array.Count : throw Broken($"map {spec.Name}: {member.Name} is not a number");

    private int Size(MapSpec spec, BtfMember member)
    {
        uint number = Number(spec, member);
        return number <= int.MaxValue ? (int)number : throw Broken($"map {spec.Name}: {member.Name} {number} is too large");
    }

    private bool Pinning(MapSpec spec, BtfMember member) => Number(spec, member) switch
    {
        0 => false,
        PinByName => true,
        var other => throw Broken($"map {spec.Name}: pinning {other} is unknown; 1 pins by name"),
    };

    /// <summary><c>type *values[]</c>: a pointer to an inner definition. Descriptors of 4 bytes are what user space sees as the value.</summary>
    private MapSpec? InnerOf(MapSpec spec, BtfMember member)
    {
        if (btf.Resolve(member.TypeId) is not BtfArray array || btf.Resolve(array.ElementTypeId) is not BtfReference pointer)
        {
            throw Broken($"map {spec.Name}: values is not an array of pointers");
        }

        return btf.Resolve(pointer.TypeId) is BtfFunctionPrototype ? null : ReadDefinition($"{spec.Name}.inner", pointer.TypeId, isInner: true);
    }

    private uint Pointee(MapSpec spec, BtfMember member) =>
        btf.Resolve(member.TypeId) is BtfReference pointer ? pointer.TypeId : throw Broken($"map {spec.Name}: {member.Name} is not a pointer");

    private BpfObjectException Broken(string reason) => new(file, SectionName, reason);
}
