namespace Ciliate.Bpf;

/// <summary>What C# believes about a C type; generated from BTF, checked again by <see cref="BtfLayout.Verify"/>.</summary>
public abstract record LayoutEntry(string Name, BtfKind Kind, int Size);

/// <summary>A struct or union.</summary>
/// <param name="Size">Bytes that the C# type takes.</param>
public sealed record StructLayoutEntry(string Name, BtfKind Kind, int Size, IReadOnlyList<MemberLayout> Members) : LayoutEntry(Name, Kind, Size);

/// <summary>Members of unnamed inner structs and unions count as members of the outer type, as in C.</summary>
/// <param name="Offset">Bytes.</param>
/// <param name="Size">Bytes.</param>
public sealed record MemberLayout(string Name, int Offset, int Size);

public sealed record EnumLayoutEntry(string Name, int Size, IReadOnlyList<BtfEnumValue> Values) : LayoutEntry(Name, BtfKind.Enum, Size);
