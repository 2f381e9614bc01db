using System.Globalization;

namespace Ciliate.Bpf;

/// <summary>Instructions as text, in the notation of the kernel's verifier. Opcodes: RFC 9669.</summary>
public static class Disassembler
{
    private const int ClassLoad = 0, ClassLoadRegister = 1, ClassStore = 2, ClassStoreRegister = 3;
    private const int ClassAlu32 = 4, ClassJump = 5, ClassJump32 = 6;
    private const int SourceRegister = 8;
    private const int ModeSigned = 0x80, ModeAtomic = 0xc0, ModeMemory = 0x60;

    private static readonly string?[] AluOperators = ["+=", "-=", "*=", "/=", "|=", "&=", "<<=", ">>=", null, "%=", "^=", "=", "s>>="];
    private static readonly string?[] JumpOperators = [null, "==", ">", ">=", "&", "!=", "s>", "s>=", null, null, "<", "<=", "s<", "s<="];

    /// <summary>One instruction; of a wide load the second slot is <paramref name="next"/>.</summary>
    public static string Text(Instruction instruction, Instruction next = default) => instruction.Class switch
    {
        ClassLoad when instruction.IsWide => Wide(instruction, next),
        ClassLoadRegister => Load(instruction),
        ClassStore when Mode(instruction) == ModeMemory => $"{Memory(instruction, instruction.Destination)} = {Number(instruction.Immediate)}",
        ClassStoreRegister when Mode(instruction) == ModeMemory => $"{Memory(instruction, instruction.Destination)} = r{instruction.Source}",
        ClassStoreRegister when Mode(instruction) == ModeAtomic => Atomic(instruction),
        ClassJump or ClassJump32 => Jump(instruction),
        ClassLoad or ClassStore or ClassStoreRegister => Unknown(instruction),
        _ => Alu(instruction),
    };

    /// <summary>How far a jump leads, in slots from the next instruction; null for what is none.</summary>
    public static int? JumpOf(Instruction instruction)
    {
        const int always = 0, call = 8, exit = 9, may = 14;
        bool narrow = instruction.Class == ClassJump32;
        if (!narrow && instruction.Class != ClassJump)
        {
            return null;
        }

        return (instruction.Code >> 4) switch
        {
            always => narrow ? instruction.Immediate : instruction.Offset,
            call or exit => null,
            may => narrow ? null : instruction.Offset,
            int operation => operation < JumpOperators.Length ? instruction.Offset : null,
        };
    }

    private static string Alu(Instruction instruction)
    {
        bool narrow = instruction.Class == ClassAlu32;
        string to = Register(instruction.Destination, narrow);
        string from = HasRegister(instruction) ? Register(instruction.Source, narrow) : Number(instruction.Immediate);
        int operation = instruction.Code >> 4;
        const int negate = 8, move = 11, swap = 13, divide = 3, modulo = 9;
        return operation switch
        {
            negate => $"{to} = -{to}",
            swap => $"r{instruction.Destination} = {SwapName(instruction)}{instruction.Immediate} r{instruction.Destination}",
            move when instruction.Offset != 0 => $"{to} = (s{instruction.Offset}){from}",
            divide or modulo when instruction.Offset == 1 => $"{to} s{AluOperators[operation]} {from}",
            _ when operation < AluOperators.Length && AluOperators[operation] is { } sign => $"{to} {sign} {from}",
            _ => Unknown(instruction),
        };
    }

    private static string SwapName(Instruction instruction) =>
        instruction.Class != ClassAlu32 ? "bswap" : HasRegister(instruction) ? "be" : "le";

    private static string Jump(Instruction instruction)
    {
        bool narrow = instruction.Class == ClassJump32;
        int operation = instruction.Code >> 4;
        const int always = 0, call = 8, exit = 9, may = 14;
        switch (operation)
        {
            case always:
                return $"goto {Signed(narrow ? instruction.Immediate : instruction.Offset)}";
            case call when !narrow:
                return Call(instruction);
            case exit when !narrow:
                return "exit";
            case may when !narrow:
                return $"may_goto {Signed(instruction.Offset)}";
            default:
                if (operation >= JumpOperators.Length || JumpOperators[operation] is not { } sign)
                {
                    return Unknown(instruction);
                }

                string right = HasRegister(instruction) ? Register(instruction.Source, narrow) : Number(instruction.Immediate);
                return $"if {Register(instruction.Destination, narrow)} {sign} {right} goto {Signed(instruction.Offset)}";
        }
    }

    private static string Call(Instruction instruction) => instruction.Source switch
    {
        PseudoSource.Call => $"call pc{Signed(instruction.Immediate)}",
        PseudoSource.KernelFunction => $"call kernel_function#{instruction.Immediate}",
        _ => $"call helper#{instruction.Immediate}",
    };

    private static string Wide(Instruction instruction, Instruction next) => instruction.Source switch
    {
        0 => $"r{instruction.Destination} = 0x{(uint)instruction.Immediate | (ulong)(uint)next.Immediate << 32:x}",
        PseudoSource.MapDescriptor => $"r{instruction.Destination} = map[fd:{instruction.Immediate}]",
        PseudoSource.MapValue => $"r{instruction.Destination} = map[fd:{instruction.Immediate}] value {Signed(next.Immediate)}",
        PseudoSource.Function => $"r{instruction.Destination} = function pc{Signed(instruction.Immediate)}",
        _ => Unknown(instruction),
    };

    private static string Load(Instruction instruction) => Mode(instruction) is ModeMemory or ModeSigned
        ? $"r{instruction.Destination} = {Memory(instruction, instruction.Source)}"
        : Unknown(instruction);

    private static string Atomic(Instruction instruction)
    {
        string place = $"({(Width(instruction) == 64 ? "u64" : "u32")} *)(r{instruction.Destination} {Signed(instruction.Offset)})";
        string from = $"r{instruction.Source}";
        const int fetch = 1, exchange = 0xe1, compareExchange = 0xf1;
        string? name = (instruction.Immediate & ~fetch) switch { 0 => "add", 0x40 => "or", 0x50 => "and", 0xa0 => "xor", _ => null };
        return instruction.Immediate switch
        {
            exchange => $"{from} = atomic_xchg({place}, {from})",
            compareExchange => $"r0 = atomic_cmpxchg({place}, r0, {from})",
            _ when name is null => Unknown(instruction),
            _ when (instruction.Immediate & fetch) != 0 => $"{from} = atomic_fetch_{name}({place}, {from})",
            _ => $"lock *{place} {AluOperators[instruction.Immediate >> 4]} {from}",
        };
    }

    private static string Memory(Instruction instruction, int register) =>
        $"*({(Mode(instruction) == ModeSigned ? 's' : 'u')}{Width(instruction)} *)(r{register} {Signed(instruction.Offset)})";

    private static int Width(Instruction instruction) => (instruction.Code & 0x18) switch { 0x00 => 32, 0x08 => 16, 0x10 => 8, _ => 64 };

    private static int Mode(Instruction instruction) => instruction.Code & 0xe0;

    private static bool HasRegister(Instruction instruction) => (instruction.Code & SourceRegister) != 0;

    private static string Register(int number, bool narrow) => $"{(narrow ? 'w' : 'r')}{number}";

    private static string Signed(int number) => number.ToString("+0;-0", CultureInfo.InvariantCulture);

    private static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);

    private static string Unknown(Instruction instruction) => $"unknown opcode 0x{instruction.Code:x2}";
}
