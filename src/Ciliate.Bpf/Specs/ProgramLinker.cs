using Ciliate.Bpf.Elf;

namespace Ciliate.Bpf;

/// <summary>Puts a program's function and every function it can reach into one piece and settles all that is known before load:
/// calls, addresses of functions, which map each wide load means, and which function of the kernel each call of one.</summary>
internal sealed class ProgramLinker
{
    private const uint WideRelocation = 1;
    private const uint CallRelocation = 10;

    private readonly ElfFile _elf;
    private readonly CodeFunctions _functions;
    private readonly MapTable _maps;
    private readonly HashSet<string> _kernelFunctions;
    private readonly List<(CodeFunction Function, int Start)> _placed = [];
    private readonly Dictionary<CodeFunction, int> _starts = new(ReferenceEqualityComparer.Instance);
    private readonly List<Instruction> _code = [];
    private readonly List<MapReference> _references = [];
    private readonly List<(int Slot, CodeFunction Target)> _calls = [];
    private readonly List<KernelCall> _kernelCalls = [];

    private ProgramLinker(ElfFile elf, CodeFunctions functions, MapTable maps, HashSet<string> kernelFunctions)
    {
        _elf = elf;
        _functions = functions;
        _maps = maps;
        _kernelFunctions = kernelFunctions;
    }

    /// <param name="kernelFunctions">Names of those that the object may call.</param>
    public static LinkedCode Link(CodeFunction entry, ElfFile elf, CodeFunctions functions, MapTable maps, HashSet<string> kernelFunctions)
    {
        var linker = new ProgramLinker(elf, functions, maps, kernelFunctions);
        linker.Place(entry);
        for (int i = 0; i < linker._placed.Count; i++)
        {
            linker.Scan(linker._placed[i].Function, linker._placed[i].Start);
        }

        return linker.Finish();
    }

    private void Place(CodeFunction function)
    {
        if (_starts.TryAdd(function, _code.Count))
        {
            _placed.Add((function, _code.Count));
            _code.AddRange(function.Instructions);
        }
    }

    private void Scan(CodeFunction function, int start)
    {
        for (int slot = 0; slot < function.Instructions.Length; slot++)
        {
            Instruction instruction = function.Instructions[slot];
            bool relocated = function.Relocations.TryGetValue(slot, out ElfRelocation relocation);
            if (instruction.IsFunctionCall && relocated && IsOfKernel(relocation))
            {
                _code[start + slot] = instruction.WithSource(PseudoSource.KernelFunction) with { Immediate = 0 };
                _kernelCalls.Add(new KernelCall(start + slot, relocation.Symbol.Name, relocation.Symbol.IsWeak));
            }
            else if (instruction.IsFunctionCall)
            {
                Call(start + slot, CallTarget(function, slot, relocated ? relocation : null));
            }
            else if (relocated && relocation.Type == WideRelocation && instruction.IsWide && slot + 1 < function.Instructions.Length)
            {
                RelocateWideLoad(function, start + slot, instruction, relocation);
            }
            else if (relocated)
            {
                throw Broken(function, $"instruction {slot} needs {Describe(relocation.Symbol)}, which cannot be put there");
            }

            slot += instruction.IsWide ? 1 : 0;
        }
    }

    private bool IsOfKernel(ElfRelocation relocation) =>
        relocation.Type == CallRelocation && relocation.Symbol.SectionIndex == 0 && _kernelFunctions.Contains(relocation.Symbol.Name);

    private void Call(int slot, CodeFunction target)
    {
        Place(target);
        _calls.Add((slot, target));
    }

    private CodeFunction CallTarget(CodeFunction function, int slot, ElfRelocation? relocation)
    {
        long distance = function.Instructions[slot].Immediate + 1L;
        if (relocation is not { } found)
        {
            return _functions.At(function.Section, function.Start + slot + distance, function.Section.Name);
        }

        if (found.Type != CallRelocation || found.Symbol.SectionIndex == 0)
        {
            throw Broken(function, $"calls {Describe(found.Symbol)}, which is not in this object");
        }

        // By a section symbol the immediate says where in the section; by the function's own symbol it is -1.
        return _functions.At(Target(function, found), Slots(found.Symbol) + distance, function.Section.Name);
    }

    private void RelocateWideLoad(CodeFunction function, int slot, Instruction instruction, ElfRelocation relocation)
    {
        if (relocation.Symbol.SectionIndex == 0)
        {
            throw Broken(function, $"needs {Describe(relocation.Symbol)}, which is not in this object");
        }

        ElfSection section = Target(function, relocation);
        long offset = (long)Math.Min(relocation.Symbol.Value, int.MaxValue) + instruction.Immediate;
        if (section.IsExecutable)
        {
            Call(slot, _functions.At(section, offset / Instruction.SlotSize, function.Section.Name));
            _code[slot] = instruction.WithSource(PseudoSource.Function);
        }
        else if (_maps.Find(section, offset) is { } reference)
        {
            _references.Add(reference with { Slot = slot });
        }
        else
        {
            throw Broken(function, $"refers to byte {offset} of section {section.Name}, where no map or variable is");
        }
    }

    private LinkedCode Finish()
    {
        foreach ((int slot, CodeFunction target) in _calls)
        {
            _code[slot] = _code[slot] with { Immediate = _starts[target] - slot - 1 };
        }

        // The kernel wants the type of every function or of none.
        bool typed = _placed.TrueForAll(placed => placed.Function.TypeId is not null);
        FunctionInfo[] functions = typed ? [.. _placed.Select(placed => new FunctionInfo((uint)placed.Start, placed.Function.TypeId!.Value))] : [];
        LineInfo[] lines = typed
            ? [.. _placed.SelectMany(placed => placed.Function.Lines.Select(line => line with { Slot = line.Slot + (uint)placed.Start }))]
            : [];
        return new LinkedCode([.. _code], [.. _references], [.. _kernelCalls], functions, lines);
    }

    private ElfSection Target(CodeFunction function, ElfRelocation relocation) => _elf.Section(relocation.Symbol.SectionIndex, function.Section.Name);

    private static long Slots(ElfSymbol symbol) => (long)(symbol.Value / Instruction.SlotSize);

    private static string Describe(ElfSymbol symbol) => symbol.Name.Length > 0 ? symbol.Name : "an unnamed symbol";

    private BpfObjectException Broken(CodeFunction function, string reason) =>
        new(_elf.Name, function.Section.Name, $"function {function.Name} {reason}");
}
