namespace Ciliate.Bpf.Tests.Specialization.Machine;

/// <summary>A call of a helper, with the arguments that it was given.</summary>
internal readonly record struct HelperCall(int Helper, ulong First, ulong Second, ulong Third, ulong Fourth, ulong Fifth);

/// <summary>Runs a program, instruction by instruction, as RFC 9669 says. Its helpers are made up: the test says what they do.</summary>
/// <param name="helper">Yields r0; may write to memory.</param>
internal sealed class Interpreter(LinkedCode program, Func<HelperCall, Memory, ulong> helper)
{
    private const int MostSteps = 100_000;
    private const int FrameSize = 512;

    /// <summary>Pieces of memory: the context, then the values of the maps by their index, then the frames.</summary>
    public const int ContextPiece = 0, FirstMapPiece = 1, FirstFramePiece = 100, FunctionPiece = 200;

    private readonly Dictionary<int, MapReference> _maps = program.MapReferences.ToDictionary(reference => reference.Slot);
    private readonly Stack<(int Slot, ulong[] Saved)> _callers = [];
    private readonly ulong[] _r = new ulong[11];
    private int _slot;

    public Memory Memory { get; } = new();

    public List<HelperCall> Calls { get; } = [];

    /// <summary>Runs to the end and yields r0.</summary>
    public ulong Run()
    {
        _r[1] = Memory.AddressOf(ContextPiece);
        EnterFrame();
        for (int step = 0; step < MostSteps; step++)
        {
            Instruction instruction = program.Instructions[_slot++];
            if (instruction.Code == 0x95 && _callers.Count == 0)
            {
                return _r[0];
            }

            Step(instruction);
        }

        throw new InvalidOperationException("the program does not end");
    }

    private void Step(Instruction instruction)
    {
        switch (instruction.Class)
        {
            case 0:
                Wide(instruction);
                break;
            case 1:
                Load(instruction);
                break;
            case 2:
                Memory.Store(_r[instruction.Destination] + (ulong)instruction.Offset, WidthOf(instruction), (ulong)instruction.Immediate);
                break;
            case 3 when (instruction.Code & 0xe0) == 0xc0:
                Atomic(instruction);
                break;
            case 3:
                Memory.Store(_r[instruction.Destination] + (ulong)instruction.Offset, WidthOf(instruction), _r[instruction.Source]);
                break;
            case 4 or 7:
                Compute(instruction);
                break;
            default:
                Jump(instruction);
                break;
        }
    }

    private void Wide(Instruction instruction)
    {
        Instruction second = program.Instructions[_slot];
        int own = _slot++ - 1;
        _r[instruction.Destination] = _maps.TryGetValue(own, out MapReference map)
            ? Memory.AddressOf(FirstMapPiece + map.MapIndex) + (ulong)map.Offset
            : instruction.Source == 4 ? Memory.AddressOf(FunctionPiece)
            : (uint)instruction.Immediate | (ulong)(uint)second.Immediate << 32;
    }

    private void Load(Instruction instruction)
    {
        int width = WidthOf(instruction);
        ulong value = Memory.Load(_r[instruction.Source] + (ulong)instruction.Offset, width);
        _r[instruction.Destination] = (instruction.Code & 0xe0) == 0x80 ? Alu.Extend(value, width * 8) : value;
    }

    private void Atomic(Instruction instruction)
    {
        int width = WidthOf(instruction);
        ulong address = _r[instruction.Destination] + (ulong)instruction.Offset, value = _r[instruction.Source];
        ulong old = Memory.Load(address, width);
        switch (instruction.Immediate)
        {
            case 0xe1:
                Memory.Store(address, width, value);
                break;
            case 0xf1:
                ulong expected = width == 4 ? (uint)_r[0] : _r[0];
                Memory.Store(address, width, old == expected ? value : old);
                _r[0] = old;
                return;
            default:
                Memory.Store(address, width, Alu.Run(instruction.Immediate >> 4, width * 8, 0, old, value));
                break;
        }

        if ((instruction.Immediate & 1) != 0)
        {
            _r[instruction.Source] = old;
        }
    }

    private void Compute(Instruction instruction)
    {
        int operation = instruction.Code >> 4, bits = instruction.Class == 4 ? 32 : 64;
        ref ulong left = ref _r[instruction.Destination];
        left = operation == 0xd
            ? Alu.Swap(instruction.Immediate, bits == 64 || (instruction.Code & 8) != 0, left)
            : Alu.Run(operation, bits, instruction.Offset, left, RightOf(instruction));
    }

    private void Jump(Instruction instruction)
    {
        int operation = instruction.Code >> 4;
        switch (operation)
        {
            case 0x0:
                _slot += instruction.Class == 6 ? instruction.Immediate : instruction.Offset;
                break;
            case 0x8:
                Call(instruction);
                break;
            case 0x9:
                Return();
                break;
            default:
                int bits = instruction.Class == 6 ? 32 : 64;
                _slot += Alu.Compare(operation, bits, _r[instruction.Destination], RightOf(instruction)) ? instruction.Offset : 0;
                break;
        }
    }

    private void Call(Instruction instruction)
    {
        if (instruction.Source == 1)
        {
            _callers.Push((_slot, _r[6..]));
            _slot += instruction.Immediate;
            EnterFrame();
            return;
        }

        // What a helper does not take is not shown to it: nobody says what is there.
        int taken = Ciliate.Bpf.Specialization.Helpers.ArgumentsOf(instruction.Immediate);
        ulong Argument(int number) => number <= taken ? _r[number] : 0;
        var call = new HelperCall(instruction.Immediate, Argument(1), Argument(2), Argument(3), Argument(4), Argument(5));
        Calls.Add(call);
        _r[0] = helper(call, Memory);
        ForgetArguments();
    }

    private void Return()
    {
        (_slot, ulong[] saved) = _callers.Pop();
        saved.CopyTo(_r, 6);
        ForgetArguments();
    }

    // Who reads them after a call is wrong, and shall be seen.
    private void ForgetArguments() => Array.Fill(_r, 0xdead_dead_dead_dead, 1, 5);

    private void EnterFrame()
    {
        byte[] frame = new byte[FrameSize];
        Array.Fill(frame, (byte)0xaa);
        Memory.Place(FirstFramePiece + _callers.Count, frame);
        _r[10] = Memory.AddressOf(FirstFramePiece + _callers.Count) + FrameSize;
    }

    private ulong RightOf(Instruction instruction) =>
        (instruction.Code & 8) != 0 ? _r[instruction.Source] : (ulong)instruction.Immediate;

    private static int WidthOf(Instruction instruction) => (instruction.Code & 0x18) switch { 0x00 => 4, 0x08 => 2, 0x10 => 1, _ => 8 };
}
