using System.Buffers.Binary;
using static Ciliate.Bpf.Specialization.Encoding;

namespace Ciliate.Bpf.Specialization;

/// <summary>What ALU instructions and comparisons yield on numbers: RFC 9669, sections 4.1 and 4.3.</summary>
internal static class Arithmetic
{
    /// <summary>The result, or null for an operation on addresses of an arena or one that nobody knows.</summary>
    /// <param name="left">The destination register.</param>
    /// <param name="right">The source register, or the immediate extended by its sign.</param>
    public static ulong? Evaluate(Instruction instruction, ulong left, ulong right) => instruction.Operation switch
    {
        Swap => SwapBytes(instruction, left),
        Move when instruction.Offset != 0 => ExtendSign(instruction, right),
        _ when instruction.IsNarrow => Narrow(instruction, (uint)left, (uint)right),
        _ => Wide(instruction, left, right),
    };

    /// <summary>Whether the jump is taken; null for one that does not compare.</summary>
    public static bool? Compare(Instruction instruction, ulong left, ulong right)
    {
        if (instruction.IsNarrow)
        {
            // Extending both alike keeps every order.
            left = (ulong)(int)left;
            right = (ulong)(int)right;
        }

        return instruction.Operation switch
        {
            Equal => left == right,
            NotEqual => left != right,
            Greater => left > right,
            GreaterOrEqual => left >= right,
            Less => left < right,
            LessOrEqual => left <= right,
            AnyBit => (left & right) != 0,
            GreaterSigned => (long)left > (long)right,
            GreaterOrEqualSigned => (long)left >= (long)right,
            LessSigned => (long)left < (long)right,
            LessOrEqualSigned => (long)left <= (long)right,
            _ => null,
        };
    }

    /// <summary>The number of <paramref name="width"/> bytes at the start of <paramref name="bytes"/>, as a load would yield it.</summary>
    public static ulong Read(ReadOnlySpan<byte> bytes, int width, bool signed) => (width, signed) switch
    {
        (1, false) => bytes[0],
        (2, false) => BinaryPrimitives.ReadUInt16LittleEndian(bytes),
        (4, false) => BinaryPrimitives.ReadUInt32LittleEndian(bytes),
        (1, true) => (ulong)(sbyte)bytes[0],
        (2, true) => (ulong)BinaryPrimitives.ReadInt16LittleEndian(bytes),
        (4, true) => (ulong)BinaryPrimitives.ReadInt32LittleEndian(bytes),
        _ => BinaryPrimitives.ReadUInt64LittleEndian(bytes),
    };

    private static ulong? Wide(Instruction instruction, ulong left, ulong right) => instruction.Operation switch
    {
        Add => left + right,
        Subtract => left - right,
        Multiply => left * right,
        Divide when right == 0 => 0,
        Modulo when right == 0 => left,
        Divide when instruction.Offset == 1 => right == ulong.MaxValue ? 0 - left : (ulong)((long)left / (long)right),
        Modulo when instruction.Offset == 1 => right == ulong.MaxValue ? 0 : (ulong)((long)left % (long)right),
        Divide => left / right,
        Modulo => left % right,
        Or => left | right,
        And => left & right,
        Xor => left ^ right,
        ShiftLeft => left << (int)(right & 63),
        ShiftRight => left >> (int)(right & 63),
        ShiftRightSigned => (ulong)((long)left >> (int)(right & 63)),
        Negate => 0 - left,
        Move => right,
        _ => null,
    };

    private static ulong? Narrow(Instruction instruction, uint left, uint right) => instruction.Operation switch
    {
        Add => left + right,
        Subtract => left - right,
        Multiply => left * right,
        Divide when right == 0 => 0,
        Modulo when right == 0 => left,
        Divide when instruction.Offset == 1 => right == uint.MaxValue ? 0 - left : (uint)((int)left / (int)right),
        Modulo when instruction.Offset == 1 => right == uint.MaxValue ? 0 : (uint)((int)left % (int)right),
        Divide => left / right,
        Modulo => left % right,
        Or => left | right,
        And => left & right,
        Xor => left ^ right,
        ShiftLeft => left << (int)(right & 31),
        ShiftRight => left >> (int)(right & 31),
        ShiftRightSigned => (uint)((int)left >> (int)(right & 31)),
        Negate => 0 - left,
        Move => right,
        _ => null,
    };

    private static ulong? ExtendSign(Instruction instruction, ulong number)
    {
        ulong? extended = instruction.Offset switch
        {
            8 => (ulong)(sbyte)number,
            16 => (ulong)(short)number,
            32 when !instruction.IsNarrow => (ulong)(int)number,
            _ => null,
        };
        return instruction.IsNarrow ? (uint?)extended : extended;
    }

    // Programs are little-endian here: "to little-endian" only cuts.
    private static ulong? SwapBytes(Instruction instruction, ulong number)
    {
        bool swaps = instruction.Class == Alu64 || instruction.HasRegister;
        return instruction.Immediate switch
        {
            16 => swaps ? BinaryPrimitives.ReverseEndianness((ushort)number) : (ushort)number,
            32 => swaps ? BinaryPrimitives.ReverseEndianness((uint)number) : (uint)number,
            64 => swaps ? BinaryPrimitives.ReverseEndianness(number) : number,
            _ => null,
        };
    }
}
