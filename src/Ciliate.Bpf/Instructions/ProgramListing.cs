using System.Globalization;
using System.Text;

namespace Ciliate.Bpf;

/// <summary>A program as people read it: functions, source lines and instructions, maps and functions by name.</summary>
internal sealed class ProgramListing
{
    private readonly ObjectSpec _spec;
    private readonly IReadOnlyList<Instruction> _code;
    private readonly Dictionary<int, MapReference> _references;
    private readonly Dictionary<int, KernelCall> _kernelCalls;
    private readonly Dictionary<int, string> _functions;
    private readonly Dictionary<int, LineInfo> _lines = [];

    private ProgramListing(ObjectSpec spec, ProgramSpec program)
    {
        _spec = spec;
        _code = program.Instructions;
        _references = program.MapReferences.ToDictionary(reference => reference.Slot);
        _kernelCalls = program.KernelCalls.ToDictionary(call => call.Slot);
        _functions = program.Functions.ToDictionary(function => (int)function.Slot, function => spec.Btf[function.TypeId].Name);
        foreach (LineInfo line in program.Lines)
        {
            _lines[(int)line.Slot] = line;
        }
    }

    public static IReadOnlyList<ListedInstruction> Read(ObjectSpec spec, ProgramSpec program) => [.. new ProgramListing(spec, program).Instructions()];

    public static string Of(ObjectSpec spec, ProgramSpec program)
    {
        var text = new StringBuilder();
        string? function = null;
        foreach (ListedInstruction instruction in Read(spec, program))
        {
            if (instruction.Function != function)
            {
                text.Append(CultureInfo.InvariantCulture, $"{function = instruction.Function}:\n");
            }

            if (instruction.Source is { } line)
            {
                text.Append(CultureInfo.InvariantCulture, $"; {line.Text}\n");
            }

            text.Append(CultureInfo.InvariantCulture, $"{instruction.Slot,4}: {instruction.Text}\n");
        }

        return text.ToString();
    }

    private IEnumerable<ListedInstruction> Instructions()
    {
        string function = "";
        for (int slot = 0; slot < _code.Count; slot++)
        {
            function = _functions.GetValueOrDefault(slot, function);
            int? target = TargetOf(slot);
            SourceLine? source = _lines.TryGetValue(slot, out LineInfo line)
                ? new SourceLine(_spec.Btf.StringAt(line.FileOffset), line.Line, _spec.Btf.StringAt(line.TextOffset).Trim())
                : null;
            yield return new ListedInstruction(function, slot, TextOf(slot, target), target, source);
            slot += _code[slot].IsWide ? 1 : 0;
        }
    }

    private string TextOf(int slot, int? target)
    {
        Instruction instruction = _code[slot];
        if (_references.TryGetValue(slot, out MapReference reference))
        {
            return MapLoad(instruction, _spec.Maps[reference.MapIndex].Name, reference);
        }

        if (_kernelCalls.TryGetValue(slot, out KernelCall call))
        {
            return $"call kernel function {call.Name}{(call.IsWeak ? ", or r0 = 0" : "")}";
        }

        if (instruction.IsFunctionCall && _functions.TryGetValue(slot + 1 + instruction.Immediate, out string? callee))
        {
            return $"call {callee}";
        }

        string text = Disassembler.Text(instruction, slot + 1 < _code.Count ? _code[slot + 1] : default);
        return target is { } to ? string.Create(CultureInfo.InvariantCulture, $"{text[..(text.LastIndexOf(' ') + 1)]}{to}") : text;
    }

    /// <summary>Where a jump leads to.</summary>
    private int? TargetOf(int slot) => Disassembler.JumpOf(_code[slot]) is { } distance ? slot + 1 + distance : null;

    private static string MapLoad(Instruction instruction, string map, MapReference reference) => reference.IsValue
        ? $"r{instruction.Destination} = map {map} value +{reference.Offset}"
        : $"r{instruction.Destination} = map {map}";
}
