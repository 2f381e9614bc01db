using System.Buffers.Binary;

namespace Ciliate.Bpf.Tests.Specialization.Machine;

/// <summary>Pieces of memory at addresses far from each other. An access outside of them is an error: no program under test makes one.</summary>
internal sealed class Memory
{
    private readonly Dictionary<ulong, byte[]> _pieces = [];

    /// <summary>Room for addresses; a piece is never larger.</summary>
    private const int PieceBits = 32;

    public static ulong AddressOf(int piece) => (ulong)(piece + 1) << PieceBits;

    public void Place(int piece, byte[] bytes) => _pieces[AddressOf(piece)] = bytes;

    public Span<byte> At(ulong address, int size)
    {
        ulong start = address >> PieceBits << PieceBits, offset = address - start;
        return _pieces.TryGetValue(start, out byte[]? bytes) && offset + (ulong)size <= (ulong)bytes.Length
            ? bytes.AsSpan((int)offset, size)
            : throw new InvalidOperationException($"access of {size} bytes at 0x{address:x}, where nothing is");
    }

    public ulong Load(ulong address, int size)
    {
        Span<byte> bytes = stackalloc byte[8];
        bytes.Clear();
        At(address, size).CopyTo(bytes);
        return BinaryPrimitives.ReadUInt64LittleEndian(bytes);
    }

    public void Store(ulong address, int size, ulong value)
    {
        Span<byte> bytes = stackalloc byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, value);
        bytes[..size].CopyTo(At(address, size));
    }
}
