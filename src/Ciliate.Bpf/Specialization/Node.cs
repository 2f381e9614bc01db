namespace Ciliate.Bpf.Specialization;

/// <summary>An instruction with everything that it refers to settled, so that others can go without it being changed. A wide load is one
/// node.</summary>
/// <param name="Upper">Upper half of a wide load's immediate.</param>
/// <param name="Target">Of a jump: the node in the same routine. Of a call, or of the address of a function: the routine; of a
/// call of the kernel's: which, in <see cref="ProgramSpec.KernelCalls"/>. Otherwise -1.</param>
/// <param name="Map">Of a wide load of a map or of its value: which, in <see cref="ObjectSpec.Maps"/>; <paramref name="Upper"/> is the
/// offset in the value. Otherwise -1.</param>
/// <param name="Line">The source line that it belongs to, in <see cref="ProgramSpec.Lines"/>; -1 when nobody knows.</param>
/// <param name="FrameOffset">Of an access to the own stack frame: bytes from the frame pointer, always negative. 0: it is none.</param>
internal readonly record struct Node(Instruction Instruction, int Upper, int Target, int Map, int Line, int FrameOffset)
{
    /// <summary>What stands where a node was removed, until the routine is closed up.</summary>
    public static readonly Node Nothing = new(default, 0, -1, -1, -1, 0);

    public bool IsNothing => Instruction.Code == 0;

    public bool IsWide => Instruction.IsWide;

    /// <summary>Slots of 8 bytes.</summary>
    public int Slots => IsWide ? 2 : 1;

    public bool IsJump => Instruction.IsConditionalJump || Instruction.IsUnconditionalJump;

    /// <summary>Calls a routine of the same program, or takes its address.</summary>
    public bool RefersToRoutine => Instruction.IsFunctionCall || IsFunctionAddress;

    /// <summary>Of a function of the kernel, by name.</summary>
    public bool IsKernelCall => Instruction.IsCall && Instruction.Source == PseudoSource.KernelFunction && Target >= 0;

    public bool IsFunctionAddress => IsWide && Map < 0 && Instruction.Source == PseudoSource.Function;

    public ulong WideImmediate => (uint)Instruction.Immediate | (ulong)(uint)Upper << 32;

    /// <summary>A node that puts a number into a register, in as few slots as it takes.</summary>
    public Node LoadNumber(int register, ulong number)
    {
        const byte moveNarrow = Encoding.Alu32 | Encoding.Move << 4;
        (byte code, int upper) = FitsSigned(number) ? (OpCode.MoveImmediate64, 0)
            : number <= uint.MaxValue ? (moveNarrow, 0)
            : (OpCode.LoadImmediate64, (int)(number >> 32));
        var instruction = new Instruction(code, register, 0, 0, (int)number);
        return new Node(instruction, upper, -1, -1, Line, 0);
    }

    /// <summary>Whether an immediate of 32 bits yields the number when it is extended by its sign.</summary>
    public static bool FitsSigned(ulong number) => (long)number == (int)number;

    /// <summary>Whether <see cref="LoadNumber"/> takes one slot.</summary>
    public static bool FitsOneSlot(ulong number) => FitsSigned(number) || number <= uint.MaxValue;
}
