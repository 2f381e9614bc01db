namespace Ciliate.Bpf.Specialization;

/// <summary>The parts of an opcode, by the numbers of RFC 9669, section 3 to 5.</summary>
internal static class Encoding
{
    // Classes, the lower three bits.
    public const int Load = 0, LoadRegister = 1, Store = 2, StoreRegister = 3, Alu32 = 4, Jump = 5, Jump32 = 6, Alu64 = 7;

    // What ALU instructions do, the upper four bits.
    public const int Add = 0, Subtract = 1, Multiply = 2, Divide = 3, Or = 4, And = 5, ShiftLeft = 6, ShiftRight = 7,
        Negate = 8, Modulo = 9, Xor = 10, Move = 11, ShiftRightSigned = 12, Swap = 13;

    // What jumps ask, the upper four bits.
    public const int Always = 0, Equal = 1, Greater = 2, GreaterOrEqual = 3, AnyBit = 4, NotEqual = 5, GreaterSigned = 6,
        GreaterOrEqualSigned = 7, CallFunction = 8, ExitFunction = 9, Less = 10, LessOrEqual = 11, LessSigned = 12,
        LessOrEqualSigned = 13, MayGo = 14;

    // How loads and stores work, the upper three bits.
    public const int ModeAbsolute = 0x20, ModeIndirect = 0x40, ModeMemory = 0x60, ModeSigned = 0x80, ModeAtomic = 0xc0;

    // Immediates of atomic instructions; the other ones are the operation of an ALU instruction, and whether it fetches.
    public const int Fetch = 1, Exchange = 0xe1, CompareExchange = 0xf1, LoadAcquire = 0x100, StoreRelease = 0x110;

    public const int FirstArgument = 1, LastArgument = 5, FramePointer = 10, RegisterCount = 11;

    /// <summary>"Not as an immediate but in the source register"; of a swap: "to big-endian".</summary>
    public const int RegisterForm = 8;

    public const byte JumpAlways = Jump, JumpAlwaysFar = Jump32;

    /// <summary>Whether everything here knows what the instruction does.</summary>
    public static bool IsKnown(Instruction instruction) =>
        instruction.Destination < RegisterCount && instruction.Source < RegisterCount && IsKnownCode(instruction);

    private static bool IsKnownCode(Instruction instruction) => instruction.Class switch
    {
        Load => instruction.IsWide || instruction.IsPacketLoad,
        LoadRegister => instruction.Mode == ModeMemory || (instruction.Mode == ModeSigned && instruction.Width < sizeof(ulong)),
        Store => instruction.Mode == ModeMemory,
        StoreRegister => instruction.Mode == ModeMemory || (instruction.Mode == ModeAtomic && IsKnownAtomic(instruction.Immediate)),
        Jump => instruction.IsConditionalJump
            ? instruction.Operation <= MayGo
            : instruction.IsCall || instruction.IsExit || instruction.IsUnconditionalJump,
        Jump32 => instruction.IsConditionalJump ? instruction.Operation <= LessOrEqualSigned : instruction.IsUnconditionalJump,
        _ => instruction.Operation <= Swap,
    };

    private static bool IsKnownAtomic(int operation) => operation is Exchange or CompareExchange or LoadAcquire or StoreRelease
        || (operation & ~Fetch) is Add << 4 or Or << 4 or And << 4 or Xor << 4;

    extension(Instruction instruction)
    {
        public int Operation => instruction.Code >> 4;

        public int Mode => instruction.Code & 0xe0;

        /// <summary>Bytes that a load or store moves.</summary>
        public int Width => (instruction.Code & 0x18) switch { 0x00 => 4, 0x08 => 2, 0x10 => 1, _ => 8 };

        public bool HasRegister => (instruction.Code & RegisterForm) != 0;

        public bool IsAlu => instruction.Class is Alu32 or Alu64;

        /// <summary>Works on the lower 32 bits.</summary>
        public bool IsNarrow => instruction.Class is Alu32 or Jump32;

        /// <summary>A plain copy of a whole register.</summary>
        public bool IsCopy => instruction is { Code: OpCode.MoveRegister64, Offset: 0 };

        public bool IsMemoryLoad => instruction.Class == LoadRegister;

        public bool IsMemoryStore => instruction.Class is Store or StoreRegister && instruction.Mode == ModeMemory;

        public bool IsAtomic => instruction.Class == StoreRegister && instruction.Mode == ModeAtomic;

        /// <summary>A load from the packet of the times before direct access; it may end the program.</summary>
        public bool IsPacketLoad => instruction.Class == Load && instruction.Mode is ModeAbsolute or ModeIndirect;

        public bool IsCall => instruction.Code == OpCode.Call;

        public bool IsExit => instruction.Code == OpCode.Exit;

        public bool IsUnconditionalJump => instruction.Code is JumpAlways or JumpAlwaysFar;

        /// <summary>Jumps or goes on, which the processor alone may know (may_goto).</summary>
        public bool IsConditionalJump =>
            instruction.Class is Jump or Jump32 && instruction.Operation is not (Always or CallFunction or ExitFunction);

        /// <summary>Nothing after it is reached by falling through.</summary>
        public bool EndsFlow => instruction.IsExit || instruction.IsUnconditionalJump;
    }
}
