namespace Ciliate.Bpf.Specialization;

/// <summary>Puts routines together into one piece of code again, in their order, with everything that counts slots.</summary>
internal sealed class ProgramAssembly
{
    private readonly ObjectSpec _spec;
    private readonly ProgramSpec _program;
    private readonly Routine?[] _routines;
    private readonly int[] _starts;
    private readonly int[][] _slots;
    private readonly Instruction[] _code;
    private readonly List<MapReference> _maps = [];
    private readonly List<KernelCall> _kernelCalls = [];
    private readonly List<FunctionInfo> _functions = [];
    private readonly List<LineInfo> _lines = [];

    private ProgramAssembly(ObjectSpec spec, ProgramSpec program, Routine?[] routines)
    {
        _spec = spec;
        _program = program;
        _routines = routines;
        _starts = new int[routines.Length];
        _slots = new int[routines.Length][];
        int slot = 0;
        for (int i = 0; i < routines.Length; i++)
        {
            _starts[i] = slot;
            Node[] nodes = routines[i]?.Nodes ?? [];
            int[] slots = _slots[i] = new int[nodes.Length];
            for (int n = 0; n < nodes.Length; n++)
            {
                slots[n] = slot;
                slot += nodes[n].Slots;
            }
        }

        _code = new Instruction[slot];
    }

    /// <param name="routines">By the index that calls refer to; null for those that are gone.</param>
    /// <exception cref="BpfObjectException">A jump has become too long for its instruction.</exception>
    public static LinkedCode Join(ObjectSpec spec, ProgramSpec program, Routine?[] routines)
    {
        var assembly = new ProgramAssembly(spec, program, routines);
        for (int i = 0; i < routines.Length; i++)
        {
            if (routines[i] is { } routine)
            {
                assembly.Write(i, routine);
            }
        }

        return new LinkedCode(
            assembly._code, [.. assembly._maps], [.. assembly._kernelCalls], [.. assembly._functions], [.. assembly._lines]);
    }

    private void Write(int index, Routine routine)
    {
        if (routine.TypeId is { } type)
        {
            _functions.Add(new FunctionInfo((uint)_starts[index], type));
        }

        int line = -1;
        for (int i = 0; i < routine.Nodes.Length; i++)
        {
            ref readonly Node node = ref routine.Nodes[i];
            int slot = _slots[index][i];
            _code[slot] = Settle(node, slot, _slots[index]);
            if (node.Line >= 0 && node.Line != line)
            {
                line = node.Line;
                _lines.Add(_program.Code.Lines[line] with { Slot = (uint)slot });
            }

            if (node.IsWide)
            {
                _code[slot + 1] = new Instruction(0, 0, 0, node.Upper);
            }

            if (node.IsKernelCall)
            {
                _kernelCalls.Add(_program.Code.KernelCalls[node.Target] with { Slot = slot });
            }

            if (node.Map >= 0)
            {
                _maps.Add(new MapReference(slot, node.Map, node.Instruction.Source == PseudoSource.MapValue, node.Upper));
            }
        }
    }

    private Instruction Settle(in Node node, int slot, int[] slots)
    {
        if (node.RefersToRoutine)
        {
            return node.Instruction with { Immediate = _starts[node.Target] - slot - 1 };
        }

        if (!node.IsJump)
        {
            return node.Instruction;
        }

        int distance = slots[node.Target] - slot - 1;
        if (node.Instruction.Code == Encoding.JumpAlwaysFar)
        {
            return node.Instruction with { Immediate = distance };
        }

        return distance == (short)distance
            ? node.Instruction with { Offset = (short)distance }
            : throw new BpfObjectException(
                _spec.Name, _program.SectionName, $"program {_program.Name} has grown: a jump does not reach over {distance} instructions");
    }
}
