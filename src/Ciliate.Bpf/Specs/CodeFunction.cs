using System.Runtime.InteropServices;
using Ciliate.Bpf.Elf;

namespace Ciliate.Bpf;

/// <summary>A function as it stands in its section. Slots count from its own start.</summary>
internal sealed record CodeFunction(
    ElfSection Section,
    string Name,
    int Start,
    bool IsGlobal,
    Instruction[] Instructions,
    Dictionary<int, ElfRelocation> Relocations,
    uint? TypeId,
    LineInfo[] Lines);

/// <summary>All functions of an object, by where they start.</summary>
internal sealed class CodeFunctions
{
    private readonly Dictionary<(int Section, int Start), CodeFunction> _functions = [];
    private readonly string _file;

    public CodeFunctions(ElfFile elf, BtfExt ext)
    {
        _file = elf.Name;
        foreach (ElfSection section in elf.Sections.Where(section => section.IsExecutable && section.Size > 0))
        {
            ReadSection(elf, ext, section);
        }
    }

    public IEnumerable<CodeFunction> All => _functions.Values;

    public CodeFunction At(ElfSection section, long start, string askedBy) =>
        start is >= 0 and <= int.MaxValue && _functions.TryGetValue((section.Index, (int)start), out CodeFunction? function)
            ? function
            : throw new BpfObjectException(_file, askedBy, $"calls instruction {start} of section {section.Name}, where no function starts");

    private void ReadSection(ElfFile elf, BtfExt ext, ElfSection section)
    {
        if (section.Data.Length % Instruction.SlotSize != 0)
        {
            throw new BpfObjectException(_file, section.Name, $"has {section.Data.Length} bytes, which are no whole instructions");
        }

        Instruction[] code = MemoryMarshal.Cast<byte, Instruction>(section.Data.Span).ToArray();
        IReadOnlyList<ElfRelocation> relocations = elf.RelocationsOf(section);
        foreach (ElfSymbol symbol in elf.Symbols)
        {
            if (symbol.Type == ElfSymbolType.Function && symbol.SectionIndex == section.Index)
            {
                Add(section, symbol, code, relocations, ext);
            }
        }
    }

    private void Add(ElfSection section, ElfSymbol symbol, Instruction[] code, IReadOnlyList<ElfRelocation> relocations, BtfExt ext)
    {
        ulong bytes = (ulong)code.Length * Instruction.SlotSize;
        if (symbol.Size == 0 || symbol.Value > bytes || symbol.Size > bytes - symbol.Value || (symbol.Value | symbol.Size) % Instruction.SlotSize != 0)
        {
            throw new BpfObjectException(_file, section.Name, $"function {symbol.Name} does not lie inside");
        }

        int start = (int)symbol.Value / Instruction.SlotSize;
        int length = (int)symbol.Size / Instruction.SlotSize;
        var own = new Dictionary<int, ElfRelocation>();
        foreach (ElfRelocation relocation in relocations)
        {
            if (relocation.Offset >= symbol.Value && relocation.Offset - symbol.Value < symbol.Size)
            {
                own[(int)(relocation.Offset - symbol.Value) / Instruction.SlotSize] = relocation;
            }
        }

        FunctionInfo? info = ext.FunctionsOf(section.Name).Cast<FunctionInfo?>().FirstOrDefault(info => info!.Value.Slot == start);
        LineInfo[] lines = [.. ext.LinesOf(section.Name)
            .Where(line => line.Slot >= start && line.Slot < start + length)
            .Select(line => line with { Slot = line.Slot - (uint)start })];
        _functions[(section.Index, start)] =
            new CodeFunction(section, symbol.Name, start, symbol.IsGlobal, code[start..(start + length)], own, info?.TypeId, lines);
    }
}
