using System.Buffers.Binary;
using System.Text;

namespace Ciliate.Bpf.Elf;

/// <summary>Little-endian reads of a part of an object file. A read outside is a <see cref="BpfObjectException"/> that names the part.</summary>
internal readonly ref struct BoundedBytes(ReadOnlySpan<byte> bytes, string file, string section)
{
    private readonly ReadOnlySpan<byte> _bytes = bytes;

    public int Length => _bytes.Length;

    public byte U8(long offset) => Slice(offset, 1)[0];

    public ushort U16(long offset) => BinaryPrimitives.ReadUInt16LittleEndian(Slice(offset, 2));

    public uint U32(long offset) => BinaryPrimitives.ReadUInt32LittleEndian(Slice(offset, 4));

    public int I32(long offset) => BinaryPrimitives.ReadInt32LittleEndian(Slice(offset, 4));

    public ulong U64(long offset) => BinaryPrimitives.ReadUInt64LittleEndian(Slice(offset, 8));

    public ReadOnlySpan<byte> Slice(long offset, long length)
    {
        if (offset < 0 || length < 0 || offset > _bytes.Length || length > _bytes.Length - offset)
        {
            throw Broken($"is truncated: {length} bytes at {offset} are needed, it has {_bytes.Length}");
        }

        return _bytes.Slice((int)offset, (int)length);
    }

    /// <summary>A string that ends with a zero byte.</summary>
    public string Text(long offset)
    {
        ReadOnlySpan<byte> rest = Slice(offset, offset < 0 ? 0 : Math.Max(0, _bytes.Length - offset));
        int end = rest.IndexOf((byte)0);
        return end >= 0 ? Encoding.UTF8.GetString(rest[..end]) : throw Broken($"has a string at {offset} that does not end");
    }

    /// <summary>Does a string that ends with a zero byte stand there? Makes none, unlike <see cref="Text"/>.</summary>
    public bool HasText(long offset, ReadOnlySpan<byte> text) =>
        offset <= _bytes.Length - text.Length - 1L && Slice(offset, text.Length).SequenceEqual(text) && U8(offset + text.Length) == 0;

    public BpfObjectException Broken(string reason) => new(file, section, reason);
}
