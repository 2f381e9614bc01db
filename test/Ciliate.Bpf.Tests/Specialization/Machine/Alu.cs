using System.Numerics;

namespace Ciliate.Bpf.Tests.Specialization.Machine;

/// <summary>Arithmetic and comparisons as RFC 9669 writes them down, by unbounded numbers that are cut to size at the end, so that it shares
/// no trick with what it checks.</summary>
internal static class Alu
{
    public static ulong Run(int operation, int bits, short offset, ulong left, ulong right)
    {
        BigInteger a = Unsigned(left, bits), b = Unsigned(right, bits), signedA = Signed(left, bits), signedB = Signed(right, bits);
        int shift = (int)(b % bits);
        BigInteger result = operation switch
        {
            0x0 => a + b,
            0x1 => a - b,
            0x2 => a * b,
            0x3 => b.IsZero ? 0 : offset == 1 ? BigInteger.Divide(signedA, signedB) : a / b,
            0x4 => a | b,
            0x5 => a & b,
            0x6 => a << shift,
            0x7 => a >> shift,
            0x8 => -a,
            0x9 => b.IsZero ? a : offset == 1 ? BigInteger.Remainder(signedA, signedB) : a % b,
            0xa => a ^ b,
            0xb => offset == 0 ? b : Signed(right, offset),
            0xc => signedA >> shift,
            _ => throw new InvalidOperationException($"no arithmetic 0x{operation:x}"),
        };
        return (ulong)Unsigned(result, bits);
    }

    public static ulong Swap(int bits, bool swaps, ulong value)
    {
        ulong result = 0;
        for (int i = 0; i < bits; i += 8)
        {
            int from = swaps ? bits - 8 - i : i;
            result |= (value >> from & 0xff) << i;
        }

        return result;
    }

    public static bool Compare(int operation, int bits, ulong left, ulong right)
    {
        BigInteger a = Unsigned(left, bits), b = Unsigned(right, bits), signedA = Signed(left, bits), signedB = Signed(right, bits);
        return operation switch
        {
            0x1 => a == b,
            0x2 => a > b,
            0x3 => a >= b,
            0x4 => !(a & b).IsZero,
            0x5 => a != b,
            0x6 => signedA > signedB,
            0x7 => signedA >= signedB,
            0xa => a < b,
            0xb => a <= b,
            0xc => signedA < signedB,
            0xd => signedA <= signedB,
            _ => throw new InvalidOperationException($"no comparison 0x{operation:x}"),
        };
    }

    /// <summary>The lower bits as a signed number, 64 bits wide again.</summary>
    public static ulong Extend(ulong value, int bits) => (ulong)Unsigned(Signed(value, bits), 64);

    private static BigInteger Unsigned(BigInteger value, int bits) => value & ((BigInteger.One << bits) - 1);

    private static BigInteger Signed(ulong value, int bits)
    {
        BigInteger cut = Unsigned(value, bits);
        return cut >> (bits - 1) == 1 ? cut - (BigInteger.One << bits) : cut;
    }
}
