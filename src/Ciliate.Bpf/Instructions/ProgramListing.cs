using System.Globalization;
using System.Text;

namespace Ciliate.Bpf;

/// <summary>A program as people read it: functions, source lines and instructions, maps and functions of the kernel by name.</summary>
internal static class ProgramListing
{
    public static string Of(ObjectSpec spec, ProgramSpec program)
    {
        Dictionary<int, MapReference> references = program.MapReferences.ToDictionary(reference => reference.Slot);
        Dictionary<int, KernelCall> kernelCalls = program.KernelCalls.ToDictionary(call => call.Slot);
        Dictionary<uint, string> functions = program.Functions.ToDictionary(function => function.Slot, function => spec.Btf[function.TypeId].Name);
        ILookup<uint, LineInfo> lines = program.Lines.ToLookup(line => line.Slot);
        var text = new StringBuilder();
        IReadOnlyList<Instruction> code = program.Instructions;
        for (int slot = 0; slot < code.Count; slot++)
        {
            if (functions.TryGetValue((uint)slot, out string? function))
            {
                text.Append(CultureInfo.InvariantCulture, $"{function}:\n");
            }

            foreach (LineInfo line in lines[(uint)slot])
            {
                text.Append(CultureInfo.InvariantCulture, $"; {spec.Btf.StringAt(line.TextOffset).Trim()}\n");
            }

            string instruction = references.TryGetValue(slot, out MapReference reference)
                ? MapLoad(code[slot], spec.Maps[reference.MapIndex].Name, reference)
                : kernelCalls.TryGetValue(slot, out KernelCall call)
                ? $"call kernel function {call.Name}{(call.IsWeak ? ", or r0 = 0" : "")}"
                : Disassembler.Text(code[slot], slot + 1 < code.Count ? code[slot + 1] : default);
            text.Append(CultureInfo.InvariantCulture, $"{slot,4}: {instruction}\n");
            slot += code[slot].IsWide ? 1 : 0;
        }

        return text.ToString();
    }

    private static string MapLoad(Instruction instruction, string map, MapReference reference) => reference.IsValue
        ? $"r{instruction.Destination} = map {map} value +{reference.Offset}"
        : $"r{instruction.Destination} = map {map}";
}
