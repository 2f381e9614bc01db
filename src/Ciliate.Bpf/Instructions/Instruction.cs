using System.Runtime.InteropServices;

namespace Ciliate.Bpf;

/// <summary>struct bpf_insn: one slot of 8 bytes. A load of a 64-bit immediate takes two slots, the second holds the upper half and
/// opcode 0; jumps count slots. Format: RFC 9669.</summary>
[StructLayout(LayoutKind.Sequential, Size = SlotSize)]
public readonly record struct Instruction(byte Code, byte Registers, short Offset, int Immediate)
{
    /// <summary>Bytes.</summary>
    public const int SlotSize = 8;

    public Instruction(byte code, int destination, int source, short offset, int immediate)
        : this(code, (byte)(destination | source << 4), offset, immediate)
    {
    }

    public int Destination => Registers & 0xf;

    public int Source => Registers >> 4;

    /// <summary>BPF_CLASS.</summary>
    public int Class => Code & 7;

    /// <summary>The first of two slots.</summary>
    public bool IsWide => Code == OpCode.LoadImmediate64;

    /// <summary>A call of a function of the same program; the immediate counts slots from the next instruction.</summary>
    public bool IsFunctionCall => Code == OpCode.Call && Source == PseudoSource.Call;

    public Instruction WithSource(int source) => this with { Registers = (byte)(Destination | source << 4) };
}

/// <summary>Whole opcodes that this library looks for.</summary>
internal static class OpCode
{
    public const byte LoadImmediate64 = 0x18;
    public const byte Call = 0x85;
    public const byte Exit = 0x95;
    public const byte MoveImmediate64 = 0xb7;
    public const byte MoveRegister64 = 0xbf;
    public const byte AddImmediate64 = 0x07;
    public const byte StoreRegister64 = 0x7b;
    public const byte Atomic64 = 0xdb;
}

/// <summary>BPF_PSEUDO_*: what the source register of a wide load or a call means.</summary>
internal static class PseudoSource
{
    public const int Call = 1;
    public const int KernelFunction = 2;
    public const int MapDescriptor = 1;
    public const int MapValue = 2;
    public const int Function = 4;
}
