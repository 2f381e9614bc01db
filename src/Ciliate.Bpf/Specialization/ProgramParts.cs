namespace Ciliate.Bpf.Specialization;

/// <summary>Takes a program apart: its functions as routines of nodes. What the kernel would refuse for its form is refused here, so that
/// no pass has to expect it.</summary>
internal sealed class ProgramParts
{
    private readonly ObjectSpec _spec;
    private readonly ProgramSpec _program;
    private readonly Instruction[] _code;
    private readonly int[] _starts; // of the functions, in ascending order
    private readonly Dictionary<int, MapReference> _maps;
    private readonly Dictionary<int, int> _kernelCalls;
    private readonly Dictionary<int, uint> _types;

    private ProgramParts(ObjectSpec spec, ProgramSpec program)
    {
        _spec = spec;
        _program = program;
        _code = program.Code.Instructions;
        _maps = program.Code.MapReferences.ToDictionary(reference => reference.Slot);
        _kernelCalls = program.Code.KernelCalls.Index().ToDictionary(call => call.Item.Slot, call => call.Index);
        _types = program.Code.Functions.ToDictionary(function => (int)function.Slot, function => function.TypeId);
        _starts = FindStarts();
    }

    /// <exception cref="BpfObjectException">No kernel takes the program's form, or an instruction is not known here.</exception>
    public static Routine[] Split(ObjectSpec spec, ProgramSpec program)
    {
        var parts = new ProgramParts(spec, program);
        Callee[] callees = [.. parts._starts.Select(parts.CalleeAt)];
        return [.. parts._starts.Select((_, index) => parts.Read(index, callees))];
    }

    private int[] FindStarts()
    {
        var starts = new SortedSet<int> { 0 };
        for (int slot = 0; slot < _code.Length; slot += _code[slot].IsWide ? 2 : 1)
        {
            if (RefersToFunction(slot))
            {
                starts.Add(slot + 1 + _code[slot].Immediate);
            }
        }

        return starts.Min == 0 && starts.Max < _code.Length ? [.. starts] : throw Broken("calls what is outside of it");
    }

    private bool RefersToFunction(int slot) =>
        _code[slot].IsFunctionCall || (_code[slot].IsWide && !_maps.ContainsKey(slot) && _code[slot].Source == PseudoSource.Function);

    private Callee CalleeAt(int start)
    {
        const int global = 1; // BTF_FUNC_GLOBAL
        if (!_types.TryGetValue(start, out uint type) || _spec.Btf[type] is not BtfFunction { Linkage: global } function)
        {
            // The compiler is free to change what a static function takes.
            return Callee.Unknown;
        }

        IReadOnlyList<BtfParameter> parameters = ((BtfFunctionPrototype)_spec.Btf[function.PrototypeId]).Parameters;
        bool oneRegisterEach = parameters.All(parameter => parameter.TypeId != 0 && _spec.Btf.SizeOf(parameter.TypeId) <= sizeof(ulong));
        return new Callee(oneRegisterEach ? Math.Min(parameters.Count, Encoding.LastArgument) : Encoding.LastArgument, IsGlobal: true);
    }

    private Routine Read(int index, Callee[] callees)
    {
        int start = _starts[index], end = index + 1 < _starts.Length ? _starts[index + 1] : _code.Length;
        int[] places = PlacesOf(start, end, out int count);
        var nodes = new Node[count];
        LineInfo[] lines = _program.Code.Lines;
        int before = Array.FindLastIndex(lines, line => line.Slot < start), line = before;
        for (int slot = start; slot < end; slot += _code[slot].IsWide ? 2 : 1)
        {
            while (line + 1 < lines.Length && lines[line + 1].Slot <= slot)
            {
                line++;
            }

            nodes[places[slot - start]] = NodeAt(slot, start, places, line > before ? line : -1);
        }

        if (!nodes[^1].Instruction.EndsFlow)
        {
            throw Broken($"has a function that ends at instruction {end - 1} and goes on");
        }

        uint? type = _types.TryGetValue(start, out uint id) ? id : null;
        string name = type is null ? $"function at {start}" : _spec.Btf[type.Value].Name;
        return new Routine(name, type, nodes, callees, default);
    }

    /// <summary>The node that each slot of a function begins; -1 for the second slot of a wide load.</summary>
    private int[] PlacesOf(int start, int end, out int count)
    {
        int[] places = new int[end - start];
        Array.Fill(places, -1);
        count = 0;
        for (int slot = start; slot < end; slot += _code[slot].IsWide ? 2 : 1)
        {
            if (!Encoding.IsKnown(_code[slot]) || (_code[slot].IsWide && (slot + 1 >= end || _code[slot + 1].Code != 0)))
            {
                throw Broken($"instruction {slot} is not known here (opcode 0x{_code[slot].Code:x2})");
            }

            places[slot - start] = count++;
        }

        return places;
    }

    private Node NodeAt(int slot, int start, int[] places, int line)
    {
        Instruction instruction = _code[slot];
        var node = new Node(instruction, instruction.IsWide ? _code[slot + 1].Immediate : 0, -1, -1, line, 0);
        if (_maps.TryGetValue(slot, out MapReference reference))
        {
            int source = reference.IsValue ? PseudoSource.MapValue : PseudoSource.MapDescriptor;
            return node with { Instruction = instruction.WithSource(source), Map = reference.MapIndex, Upper = reference.Offset };
        }

        if (RefersToFunction(slot))
        {
            return node with { Target = Array.BinarySearch(_starts, slot + 1 + instruction.Immediate) };
        }

        if (_kernelCalls.TryGetValue(slot, out int call))
        {
            return node with { Target = call };
        }

        if (!node.IsJump)
        {
            return node;
        }

        int target = slot + 1 + (instruction.Code == Encoding.JumpAlwaysFar ? instruction.Immediate : instruction.Offset) - start;
        return target >= 0 && target < places.Length && places[target] >= 0
            ? node with { Target = places[target] }
            : throw Broken($"instruction {slot} jumps out of its function, or into an instruction");
    }

    private BpfObjectException Broken(string reason) => new(_spec.Name, _program.SectionName, $"program {_program.Name} {reason}");
}
