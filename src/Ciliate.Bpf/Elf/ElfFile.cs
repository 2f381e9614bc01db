namespace Ciliate.Bpf.Elf;

/// <summary>A relocatable ELF64 file for the BPF machine, little-endian, as clang writes it. Every field is checked before it is used.</summary>
internal sealed class ElfFile
{
    private const string HeaderName = "ELF header";
    private const string TableName = "section table";
    private const int HeaderSize = 64;
    private const int SectionHeaderSize = 64;
    private const int SymbolSize = 24;
    private const int RelocationSize = 16;
    private const ushort RelocatableType = 1;
    private const ushort BpfMachine = 247;
    private const ushort FirstReservedSection = 0xff00;
    private const int WeakBinding = 2;

    private readonly ReadOnlyMemory<byte> _file;

    private ElfFile(ReadOnlyMemory<byte> file, string name)
    {
        _file = file;
        Name = name;
        Sections = ReadSections();
        Symbols = ReadSymbols();
    }

    public string Name { get; }

    public IReadOnlyList<ElfSection> Sections { get; }

    public IReadOnlyList<ElfSymbol> Symbols { get; }

    public static ElfFile Parse(ReadOnlyMemory<byte> file, string name) => new(file, name);

    public ElfSection? Find(string name) => Sections.FirstOrDefault(section => section.Name == name);

    public ElfSection Section(int index, string askedBy) =>
        index > 0 && index < Sections.Count ? Sections[index] : throw new BpfObjectException(Name, askedBy, $"refers to section {index}, which is not there");

    public BoundedBytes Bytes(ElfSection section) => new(section.Data.Span, Name, section.Name);

    /// <summary>Relocations that apply to <paramref name="section"/>, in the order of their places.</summary>
    public IReadOnlyList<ElfRelocation> RelocationsOf(ElfSection section)
    {
        var relocations = new List<ElfRelocation>();
        foreach (ElfSection table in Sections.Where(table => table.Info == section.Index))
        {
            if (table.Type == ElfSectionType.RelocationsWithAddend)
            {
                throw new BpfObjectException(Name, table.Name, "has relocations with addends, which BPF objects do not use");
            }

            if (table.Type == ElfSectionType.Relocations)
            {
                AddRelocations(table, relocations);
            }
        }

        return [.. relocations.OrderBy(relocation => relocation.Offset)];
    }

    private void AddRelocations(ElfSection table, List<ElfRelocation> relocations)
    {
        BoundedBytes bytes = Bytes(table);
        for (long at = 0; at < bytes.Length; at += RelocationSize)
        {
            ulong offset = bytes.U64(at);
            ulong info = bytes.U64(at + 8);
            ulong symbol = info >> 32;
            if (symbol >= (ulong)Symbols.Count)
            {
                throw bytes.Broken($"refers to symbol {symbol} of {Symbols.Count}");
            }

            relocations.Add(new ElfRelocation(offset, (uint)info, Symbols[(int)symbol]));
        }
    }

    private ElfSection[] ReadSections()
    {
        var file = new BoundedBytes(_file.Span, Name, HeaderName);
        CheckHeader(file);
        var table = new BoundedBytes(_file.Span, Name, TableName);
        long start = checked((long)Math.Min(file.U64(40), long.MaxValue / 2));
        int count = file.U16(60);
        if (file.U16(58) != SectionHeaderSize || count == 0)
        {
            throw file.Broken("has no section table that can be read");
        }

        int nameTable = file.U16(62);
        if (nameTable >= count)
        {
            throw file.Broken($"puts section names into section {nameTable} of {count}");
        }

        _ = table.Slice(start, (long)count * SectionHeaderSize);
        ReadOnlyMemory<byte> names = Content(table, start + (long)nameTable * SectionHeaderSize, "section names");
        var sections = new ElfSection[count];
        for (int i = 0; i < count; i++)
        {
            sections[i] = ReadSection(table, start + (long)i * SectionHeaderSize, i, names.Span);
        }

        return sections;
    }

    private static void CheckHeader(BoundedBytes file)
    {
        if (file.Length < HeaderSize || !file.Slice(0, 4).SequenceEqual("\u007fELF"u8))
        {
            throw file.Broken("is not there: this is not an ELF file");
        }

        const byte class64 = 2, littleEndian = 1;
        if (file.U8(4) != class64 || file.U8(5) != littleEndian)
        {
            throw file.Broken("is not that of a 64-bit little-endian file: compile with clang -target bpfel");
        }

        if (file.U16(16) != RelocatableType || file.U16(18) != BpfMachine)
        {
            throw file.Broken("is not that of a BPF object: compile with clang -target bpf -c");
        }
    }

    private ElfSection ReadSection(BoundedBytes table, long at, int index, ReadOnlySpan<byte> names)
    {
        string name = index == 0 ? "" : new BoundedBytes(names, Name, "section names").Text(table.U32(at));
        var type = (ElfSectionType)table.U32(at + 4);
        ulong size = table.U64(at + 32);
        // The kernel refuses map values of this size, and nothing else needs memory of its own.
        const ulong largest = 1 << 28;
        if (size > largest)
        {
            throw new BpfObjectException(Name, name, $"claims {size} bytes; at most {largest} can be loaded");
        }

        ReadOnlyMemory<byte> data = index == 0 ? default : Content(table, at, name);
        return new ElfSection(index, name, type, table.U64(at + 8), data, (long)size, table.I32(at + 40), table.I32(at + 44));
    }

    private ReadOnlyMemory<byte> Content(BoundedBytes table, long at, string name)
    {
        if ((ElfSectionType)table.U32(at + 4) == ElfSectionType.NoBits)
        {
            return default;
        }

        ulong offset = table.U64(at + 24), size = table.U64(at + 32);
        if (offset > (ulong)_file.Length || size > (ulong)_file.Length - offset)
        {
            throw new BpfObjectException(Name, name, $"is truncated: {size} bytes at {offset} are needed, the file has {_file.Length}");
        }

        return _file.Slice((int)offset, (int)size);
    }

    private ElfSymbol[] ReadSymbols()
    {
        ElfSection? table = Sections.FirstOrDefault(section => section.Type == ElfSectionType.SymbolTable);
        if (table is null)
        {
            throw new BpfObjectException(Name, TableName, "has no symbol table: do not strip the object");
        }

        BoundedBytes bytes = Bytes(table);
        BoundedBytes names = Bytes(Section(table.Link, table.Name));
        var symbols = new ElfSymbol[bytes.Length / SymbolSize];
        for (int i = 0; i < symbols.Length; i++)
        {
            symbols[i] = ReadSymbol(bytes, (long)i * SymbolSize, names);
        }

        return symbols;
    }

    private static ElfSymbol ReadSymbol(BoundedBytes bytes, long at, BoundedBytes names)
    {
        byte info = bytes.U8(at + 4);
        ushort section = bytes.U16(at + 6);
        return new ElfSymbol(
            names.Text(bytes.U32(at)),
            (ElfSymbolType)(info & 0xf),
            IsGlobal: info >> 4 != 0,
            IsWeak: info >> 4 == WeakBinding,
            section >= FirstReservedSection ? 0 : section,
            bytes.U64(at + 8),
            bytes.U64(at + 16));
    }
}
