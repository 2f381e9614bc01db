namespace Ciliate.Bpf.Elf;

/// <summary>sh_type of elf.h, the ones that matter here.</summary>
internal enum ElfSectionType : uint
{
    ProgramBits = 1,
    SymbolTable = 2,
    StringTable = 3,
    RelocationsWithAddend = 4,
    NoBits = 8,
    Relocations = 9,
}

/// <param name="Data">Empty for <see cref="ElfSectionType.NoBits"/>.</param>
/// <param name="Size">Bytes in memory.</param>
/// <param name="Link">sh_link: for a symbol table its strings, for relocations their symbols.</param>
/// <param name="Info">sh_info: for relocations the section they apply to.</param>
internal sealed record ElfSection(
    int Index, string Name, ElfSectionType Type, ulong Flags, ReadOnlyMemory<byte> Data, long Size, int Link, int Info)
{
    private const ulong ExecutableFlag = 4;

    public bool IsExecutable => (Flags & ExecutableFlag) != 0 && Type == ElfSectionType.ProgramBits;
}

internal enum ElfSymbolType : byte
{
    None = 0,
    Object = 1,
    Function = 2,
    Section = 3,
}

/// <param name="IsWeak">The object does without it where nobody has it.</param>
/// <param name="SectionIndex">0 when the symbol is defined nowhere in this file.</param>
/// <param name="Value">Bytes from the start of its section.</param>
internal sealed record ElfSymbol(string Name, ElfSymbolType Type, bool IsGlobal, bool IsWeak, int SectionIndex, ulong Value, ulong Size);

/// <param name="Offset">Bytes from the start of the section it applies to.</param>
/// <param name="Type">R_BPF_* of the kernel's llvm_reloc.rst.</param>
internal readonly record struct ElfRelocation(ulong Offset, uint Type, ElfSymbol Symbol);
