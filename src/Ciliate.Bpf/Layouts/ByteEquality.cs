using System.Runtime.InteropServices;

namespace Ciliate.Bpf;

/// <summary>Equality of generated layouts: as the kernel compares map keys, byte by byte. Only for types without holes.</summary>
public static class ByteEquality
{
    public static bool Equal<T>(in T left, in T right) where T : unmanaged => Bytes(in left).SequenceEqual(Bytes(in right));

    public static int Hash<T>(in T value) where T : unmanaged
    {
        var hash = new HashCode();
        hash.AddBytes(Bytes(in value));
        return hash.ToHashCode();
    }

    private static ReadOnlySpan<byte> Bytes<T>(in T value) where T : unmanaged => MemoryMarshal.AsBytes(new ReadOnlySpan<T>(in value));
}
