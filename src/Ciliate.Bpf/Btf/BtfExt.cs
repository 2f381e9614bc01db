using System.Runtime.InteropServices;
using Ciliate.Bpf.Elf;

namespace Ciliate.Bpf;

/// <summary>struct bpf_func_info: the function that starts at an instruction.</summary>
/// <param name="Slot">In units of 8 bytes.</param>
[StructLayout(LayoutKind.Sequential)]
public readonly record struct FunctionInfo(uint Slot, uint TypeId);

/// <summary>struct bpf_line_info: the source line that an instruction begins.</summary>
/// <param name="Slot">In units of 8 bytes.</param>
/// <param name="FileOffset">Of the file name, in the strings of BTF.</param>
/// <param name="TextOffset">Of the source line, in the strings of BTF.</param>
/// <param name="LineAndColumn">Line in the upper 22 bits, column in the lower 10.</param>
[StructLayout(LayoutKind.Sequential)]
public readonly record struct LineInfo(uint Slot, uint FileOffset, uint TextOffset, uint LineAndColumn)
{
    public uint Line => LineAndColumn >> 10;
}

/// <summary>Section .BTF.ext: what its records say about each code section, slots counted from the start of that section.</summary>
internal sealed class BtfExt
{
    private const string SectionName = ".BTF.ext";
    private const ushort Magic = 0xeb9f;

    private readonly Dictionary<string, List<FunctionInfo>> _functions = [];
    private readonly Dictionary<string, List<LineInfo>> _lines = [];

    public static BtfExt Parse(ElfSection? section, BtfSpec btf, string file)
    {
        var result = new BtfExt();
        if (section is null)
        {
            return result;
        }

        var bytes = new BoundedBytes(section.Data.Span, file, SectionName);
        if (bytes.U16(0) != Magic || bytes.U8(2) != 1)
        {
            throw bytes.Broken("is not BTF.ext version 1 in little-endian order");
        }

        long header = bytes.U32(4);
        result.ReadFunctions(Part(bytes, header, 8, file), btf);
        result.ReadLines(Part(bytes, header, 16, file), btf);
        const int headerWithRelocations = 32;
        if (header >= headerWithRelocations)
        {
            RefuseRelocations(Part(bytes, header, 24, file), btf);
        }

        return result;
    }

    public IReadOnlyList<FunctionInfo> FunctionsOf(string section) => _functions.TryGetValue(section, out List<FunctionInfo>? list) ? list : [];

    public IReadOnlyList<LineInfo> LinesOf(string section) => _lines.TryGetValue(section, out List<LineInfo>? list) ? list : [];

    private static BoundedBytes Part(BoundedBytes bytes, long header, int field, string file) =>
        new(bytes.Slice(header + bytes.U32(field), bytes.U32(field + 4)), file, SectionName);

    private delegate void RecordReader(string section, BoundedBytes part, long at);

    private void ReadFunctions(BoundedBytes part, BtfSpec btf) => ForEachRecord(part, btf, 8, (section, bytes, at) =>
        ListOf(_functions, section).Add(new FunctionInfo(bytes.U32(at) / Instruction.SlotSize, bytes.U32(at + 4))));

    private void ReadLines(BoundedBytes part, BtfSpec btf) => ForEachRecord(part, btf, 16, (section, bytes, at) =>
        ListOf(_lines, section).Add(
            new LineInfo(bytes.U32(at) / Instruction.SlotSize, bytes.U32(at + 4), bytes.U32(at + 8), bytes.U32(at + 12))));

    private static void RefuseRelocations(BoundedBytes part, BtfSpec btf) => ForEachRecord(part, btf, 16, (section, bytes, _) =>
        throw bytes.Broken($"section {section} has CO-RE relocations, which are not supported: build without preserve_access_index"));

    private static List<T> ListOf<T>(Dictionary<string, List<T>> lists, string section)
    {
        if (!lists.TryGetValue(section, out List<T>? list))
        {
            lists[section] = list = [];
        }

        return list;
    }

    private static void ForEachRecord(BoundedBytes part, BtfSpec btf, int leastSize, RecordReader read)
    {
        if (part.Length == 0)
        {
            return;
        }

        long size = part.U32(0);
        if (size < leastSize)
        {
            throw part.Broken($"has records of {size} bytes, at least {leastSize} are needed");
        }

        long at = 4;
        while (at < part.Length)
        {
            string section = btf.StringAt(part.U32(at));
            long count = part.U32(at + 4);
            at += 8;
            _ = part.Slice(at, count * size);
            for (long i = 0; i < count; i++, at += size)
            {
                read(section, part, at);
            }
        }
    }
}
