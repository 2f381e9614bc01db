namespace Ciliate.Bpf;

/// <summary>One record of BTF. Other types are referred to by id; 0 is void. Format: Documentation/bpf/btf.rst of the kernel.</summary>
/// <param name="Name">Empty when the type has none.</param>
public abstract record BtfType(uint Id, BtfKind Kind, string Name)
{
    /// <summary>What a C programmer calls it: "struct flow_key".</summary>
    public string CName => Kind switch
    {
        BtfKind.Struct => $"struct {Label}",
        BtfKind.Union => $"union {Label}",
        BtfKind.Enum or BtfKind.Enum64 => $"enum {Label}",
        BtfKind.Void => "void",
        _ => Label,
    };

    private string Label => Name.Length > 0 ? Name : $"(unnamed {Kind}, id {Id})";
}

public sealed record BtfVoid() : BtfType(0, BtfKind.Void, "");

/// <param name="Size">Bytes.</param>
/// <param name="BitOffset">Of old compilers' bit fields; 0 today.</param>
public sealed record BtfInt(uint Id, string Name, uint Size, bool IsSigned, bool IsChar, bool IsBool, int BitOffset, int Bits)
    : BtfType(Id, BtfKind.Int, Name);

/// <summary>Pointer, typedef, const, volatile, restrict or type tag: a word around another type.</summary>
public sealed record BtfReference(uint Id, BtfKind Kind, string Name, uint TypeId) : BtfType(Id, Kind, Name);

public sealed record BtfArray(uint Id, uint ElementTypeId, uint IndexTypeId, uint Count) : BtfType(Id, BtfKind.Array, "");

/// <summary>Struct or union.</summary>
/// <param name="Size">Bytes.</param>
public sealed record BtfComposite(uint Id, BtfKind Kind, string Name, uint Size, IReadOnlyList<BtfMember> Members) : BtfType(Id, Kind, Name);

/// <param name="BitOffset">From the start of the struct.</param>
/// <param name="BitFieldSize">Bits, 0 when it is no bit field.</param>
public sealed record BtfMember(string Name, uint TypeId, uint BitOffset, int BitFieldSize);

/// <summary>Enum of 32 bits or less, or of 64.</summary>
/// <param name="Size">Bytes.</param>
public sealed record BtfEnum(uint Id, BtfKind Kind, string Name, uint Size, bool IsSigned, IReadOnlyList<BtfEnumValue> Values)
    : BtfType(Id, Kind, Name);

/// <param name="Value">An unsigned 64-bit value above <see cref="long.MaxValue"/> stands here as its two's complement.</param>
public sealed record BtfEnumValue(string Name, long Value);

public sealed record BtfForward(uint Id, string Name, bool IsUnion) : BtfType(Id, BtfKind.Forward, Name);

/// <param name="Linkage">BTF_FUNC_STATIC, GLOBAL or EXTERN.</param>
public sealed record BtfFunction(uint Id, string Name, uint PrototypeId, int Linkage) : BtfType(Id, BtfKind.Function, Name)
{
    /// <summary>Where the record starts in the blob.</summary>
    internal int RecordOffset { get; init; }
}

public sealed record BtfFunctionPrototype(uint Id, uint ReturnTypeId, IReadOnlyList<BtfParameter> Parameters)
    : BtfType(Id, BtfKind.FunctionPrototype, "")
{
    /// <summary>Where the record starts in the blob.</summary>
    internal int RecordOffset { get; init; }
}

public sealed record BtfParameter(string Name, uint TypeId);

/// <param name="Linkage">BTF_VAR_STATIC, GLOBAL_ALLOCATED or GLOBAL_EXTERN.</param>
public sealed record BtfVariable(uint Id, string Name, uint TypeId, uint Linkage) : BtfType(Id, BtfKind.Variable, Name);

/// <param name="Size">Bytes; clang leaves 0, the loader fills it in.</param>
public sealed record BtfDataSection(uint Id, string Name, uint Size, IReadOnlyList<BtfSectionVariable> Variables)
    : BtfType(Id, BtfKind.DataSection, Name)
{
    /// <summary>Where the record starts in the blob.</summary>
    internal int RecordOffset { get; init; }
}

/// <param name="Offset">Bytes from the start of the section; clang leaves 0, the loader fills it in.</param>
public sealed record BtfSectionVariable(uint VariableId, uint Offset, uint Size);

public sealed record BtfFloat(uint Id, string Name, uint Size) : BtfType(Id, BtfKind.Float, Name);

/// <param name="ComponentIndex">Member or parameter that is tagged; -1 for the type itself.</param>
public sealed record BtfDeclarationTag(uint Id, string Name, uint TypeId, int ComponentIndex) : BtfType(Id, BtfKind.DeclarationTag, Name);
