using System.Buffers.Binary;

namespace Ciliate.Bpf;

/// <summary>Functions of the kernel that an object calls (kfuncs). Its BTF lists them in a data section that the file does not have.</summary>
internal static class KernelSymbols
{
    internal const string SectionName = ".ksyms";
    private const int RecordSize = 12, MemberSize = 12, ParameterSize = 8;
    private const int InfoOffset = 4, SizeOffset = 8;
    private const ushort GlobalLinkage = 1; // BTF_FUNC_GLOBAL

    /// <exception cref="BpfObjectException">The section lists a variable.</exception>
    public static HashSet<string> FunctionsOf(BtfSpec btf) =>
        btf.Find(SectionName, BtfKind.DataSection) is BtfDataSection section ? [.. Functions(btf, section).Select(function => function.Name)] : [];

    /// <summary>Says the same in the kernel's words, record for record, so that every type keeps its id. It takes no functions that are
    /// elsewhere, no nameless parameters, and only variables in data sections: the section becomes a nameless union.</summary>
    public static void Rewrite(byte[] blob, BtfSpec btf, BtfDataSection section)
    {
        foreach (BtfFunction function in Functions(btf, section))
        {
            BinaryPrimitives.WriteUInt16LittleEndian(blob.AsSpan(function.RecordOffset + InfoOffset), GlobalLinkage);
            NameParameters(blob, function, (BtfFunctionPrototype)btf[function.PrototypeId]);
        }

        BtfInt member = btf.Types.OfType<BtfInt>().FirstOrDefault() ?? throw btf.Broken($"has no int, though it has a section {SectionName}");
        Span<byte> record = blob.AsSpan(section.RecordOffset);
        BinaryPrimitives.WriteUInt32LittleEndian(record, 0);
        BinaryPrimitives.WriteUInt32LittleEndian(record[InfoOffset..], (uint)BtfKind.Union << 24 | (uint)section.Variables.Count);
        BinaryPrimitives.WriteUInt32LittleEndian(record[SizeOffset..], member.Size);
        for (int i = 0; i < section.Variables.Count; i++)
        {
            Span<byte> entry = record.Slice(RecordSize + i * MemberSize, MemberSize);
            entry.Clear();
            BinaryPrimitives.WriteUInt32LittleEndian(entry[4..], member.Id);
        }
    }

    private static IEnumerable<BtfFunction> Functions(BtfSpec btf, BtfDataSection section) => section.Variables.Select(entry =>
        btf[entry.VariableId] as BtfFunction
        ?? throw btf.Broken($"lists {btf[entry.VariableId].CName} in section {SectionName}: of the kernel's symbols only functions are supported"));

    // Any name will do: the function's own is at hand.
    private static void NameParameters(byte[] blob, BtfFunction function, BtfFunctionPrototype prototype)
    {
        ReadOnlySpan<byte> name = blob.AsSpan(function.RecordOffset, sizeof(uint));
        for (int i = 0; i < prototype.Parameters.Count; i++)
        {
            if (prototype.Parameters[i] is { Name.Length: 0, TypeId: not 0 })
            {
                name.CopyTo(blob.AsSpan(prototype.RecordOffset + RecordSize + i * ParameterSize));
            }
        }
    }
}
