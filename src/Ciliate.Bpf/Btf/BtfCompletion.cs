using System.Buffers.Binary;
using Ciliate.Bpf.Elf;

namespace Ciliate.Bpf;

/// <summary>clang leaves sizes of sections and offsets of their variables at 0, the kernel wants them: they are in the ELF file.</summary>
internal static class BtfCompletion
{
    private const int RecordSize = 12;
    private const int SizeOffset = 8;

    /// <summary>The BTF as the kernel takes it: with all data sections filled in, each with its variables in ascending order, and with functions of the
    /// kernel in its words.</summary>
    public static BtfSpec Complete(BtfSpec btf, ElfFile elf)
    {
        byte[] blob = btf.Blob.ToArray();
        foreach (BtfDataSection data in btf.Types.OfType<BtfDataSection>())
        {
            if (data.Name == KernelSymbols.SectionName)
            {
                KernelSymbols.Rewrite(blob, btf, data);
                continue;
            }

            ElfSection section = elf.Find(data.Name)
                ?? throw btf.Broken($"describes section {data.Name}, which is not in the file: Kconfig values are not supported");
            WriteSection(blob, data, section, Place(btf, elf, data, section));
        }

        return BtfSpec.Parse(blob, elf.Name);
    }

    private static List<BtfSectionVariable> Place(BtfSpec btf, ElfFile elf, BtfDataSection data, ElfSection section)
    {
        Dictionary<string, ElfSymbol> symbols = elf.Symbols
            .Where(symbol => symbol.SectionIndex == section.Index && symbol.Type == ElfSymbolType.Object)
            .DistinctBy(symbol => symbol.Name)
            .ToDictionary(symbol => symbol.Name);
        var placed = new List<BtfSectionVariable>();
        foreach (BtfSectionVariable variable in data.Variables)
        {
            string name = btf[variable.VariableId].Name;
            if (btf[variable.VariableId] is not BtfVariable || !symbols.TryGetValue(name, out ElfSymbol? symbol))
            {
                throw btf.Broken($"lists {name} in section {data.Name}, where no such variable is");
            }

            long size = variable.Size == 0 ? btf.SizeOf(((BtfVariable)btf[variable.VariableId]).TypeId) : variable.Size;
            if (symbol.Value > (ulong)section.Size || (ulong)size > (ulong)section.Size - symbol.Value)
            {
                throw btf.Broken($"variable {name} does not fit into section {data.Name}");
            }

            placed.Add(new BtfSectionVariable(variable.VariableId, (uint)symbol.Value, (uint)size));
        }

        return [.. placed.OrderBy(variable => variable.Offset)];
    }

    private static void WriteSection(byte[] blob, BtfDataSection data, ElfSection section, List<BtfSectionVariable> variables)
    {
        Span<byte> record = blob.AsSpan(data.RecordOffset);
        BinaryPrimitives.WriteUInt32LittleEndian(record[SizeOffset..], (uint)section.Size);
        for (int i = 0; i < variables.Count; i++)
        {
            Span<byte> entry = record[(RecordSize + i * RecordSize)..];
            BinaryPrimitives.WriteUInt32LittleEndian(entry, variables[i].VariableId);
            BinaryPrimitives.WriteUInt32LittleEndian(entry[4..], variables[i].Offset);
            BinaryPrimitives.WriteUInt32LittleEndian(entry[8..], variables[i].Size);
        }
    }
}
