using Ciliate.Bpf;

namespace Ciliate.Datapath.Tests;

/// <summary>What the chains of calls of a program take of the stack, as the verifier of Linux 6.1 counts it: each frame rounded up to 32
/// bytes. Newer kernels round to 16, so there a chain may pass that 6.1 refuses.</summary>
internal sealed class CallStack
{
    /// <summary>MAX_BPF_STACK: bytes that a chain of calls may take.</summary>
    public const int Limit = 512;

    private const int Granularity = 32;
    private const int FramePointer = 10;
    private const int Load = 1, Store = 2, StoreRegister = 3; // BPF_LDX, BPF_ST, BPF_STX
    private const byte MoveRegister = 0xbf, AddImmediate = 0x07;

    private readonly IReadOnlyList<Instruction> _code;
    private readonly int[] _starts;
    private readonly Func<int, string> _nameOf;

    public CallStack(IReadOnlyList<Instruction> code, IEnumerable<int> starts, Func<int, string> nameOf)
    {
        _code = code;
        _starts = [.. starts.Order()];
        _nameOf = nameOf;
    }

    public static CallStack Of(ObjectSpec spec, ProgramSpec program)
    {
        var names = program.Functions.ToDictionary(function => (int)function.Slot, function => spec.Btf[function.TypeId].Name);
        return new CallStack(program.Instructions, names.Keys, start => names[start]);
    }

    /// <summary>The chain from the program's entry that takes most: its bytes, and its functions with theirs.</summary>
    public (int Bytes, string Chain) Deepest(int start = 0)
    {
        int own = FrameOf(start);
        var (below, chain) = CallsOf(start).Select(Deepest).DefaultIfEmpty().MaxBy(callee => callee.Bytes);
        return (own + below, $"{_nameOf(start)} {own}" + (below > 0 ? $" > {chain}" : ""));
    }

    private IEnumerable<int> CallsOf(int start) => SlotsOf(start)
        .Where(slot => _code[slot].IsFunctionCall)
        .Select(slot => slot + 1 + _code[slot].Immediate)
        .Distinct();

    private int FrameOf(int start)
    {
        int deepest = 1; // a frame that is empty counts as one of a byte
        var isFrame = new bool[FramePointer + 1]; // registers that the frame pointer was copied to
        foreach (int slot in SlotsOf(start))
        {
            var instruction = _code[slot];
            deepest = Math.Max(deepest, -Reach(instruction, isFrame));
            isFrame[instruction.Destination] = instruction.Code == MoveRegister && instruction.Source == FramePointer;
        }
        return (deepest + Granularity - 1) / Granularity * Granularity;
    }

    /// <summary>Where below the frame pointer the instruction reads, writes or points to; 0 if nowhere.</summary>
    private static int Reach(Instruction instruction, bool[] isFrame) => instruction switch
    {
        { Class: Load, Source: FramePointer } => instruction.Offset,
        { Class: Store or StoreRegister, Destination: FramePointer } => instruction.Offset,
        { Code: AddImmediate } when isFrame[instruction.Destination] => instruction.Immediate,
        _ => 0,
    };

    private IEnumerable<int> SlotsOf(int start)
    {
        int next = Array.Find(_starts, other => other > start);
        for (int slot = start; slot < (next > 0 ? next : _code.Count); slot += _code[slot].IsWide ? 2 : 1)
            yield return slot;
    }
}
