using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;

namespace Ciliate.Netlink.Protocol;

/// <summary>Builds one netlink request in a buffer of fixed size: header, family header, attributes (linux/netlink.h; host byte order,
/// everything aligned to 4 bytes). What does not fit is an exception.</summary>
internal ref struct NetlinkWriter
{
    private readonly Span<byte> _buffer;
    private int _length;

    public NetlinkWriter(Span<byte> buffer, ushort type, ushort flags)
    {
        buffer.Clear();
        _buffer = buffer;
        Span<byte> header = Take(Nl.HeaderSize);
        MemoryMarshal.Write(header[4..], type);
        MemoryMarshal.Write(header[6..], (ushort)(flags | Nl.NLM_F_REQUEST));
    }

    /// <summary>The message so far, its length field set.</summary>
    public readonly Span<byte> Message
    {
        get
        {
            MemoryMarshal.Write(_buffer, (uint)_length);
            return _buffer[.._length];
        }
    }

    /// <summary>Appends a fixed structure: the family header.</summary>
    public void Structure<T>(in T value) where T : unmanaged => MemoryMarshal.Write(Take(Unsafe.SizeOf<T>()), in value);

    public void Attribute(ushort type, scoped ReadOnlySpan<byte> value) => value.CopyTo(BeginAttribute(type, value.Length));

    public void Attribute<T>(ushort type, T value) where T : unmanaged =>
        MemoryMarshal.Write(BeginAttribute(type, Unsafe.SizeOf<T>()), in value);

    /// <summary>A zero-terminated UTF-8 string.</summary>
    public void Attribute(ushort type, string value)
    {
        Span<byte> place = BeginAttribute(type, Encoding.UTF8.GetByteCount(value) + 1);
        Encoding.UTF8.GetBytes(value, place);
    }

    /// <summary>Opens a nested attribute; what is written until <see cref="EndNested"/> is inside.</summary>
    public int BeginNested(ushort type)
    {
        int start = _length;
        BeginAttribute((ushort)(type | Nl.NLA_F_NESTED), 0);
        return start;
    }

    /// <param name="start">What <see cref="BeginNested"/> returned.</param>
    public readonly void EndNested(int start) => MemoryMarshal.Write(_buffer[start..], checked((ushort)(_length - start)));

    private Span<byte> BeginAttribute(ushort type, int size)
    {
        Span<byte> place = Take(Nl.AttributeHeaderSize + size);
        MemoryMarshal.Write(place, checked((ushort)(Nl.AttributeHeaderSize + size)));
        MemoryMarshal.Write(place[2..], type);
        return place[Nl.AttributeHeaderSize..];
    }

    private Span<byte> Take(int size)
    {
        int aligned = (size + 3) & ~3;
        if (aligned > _buffer.Length - _length)
        {
            throw new InvalidOperationException($"a netlink request grew over its buffer of {_buffer.Length} bytes");
        }

        Span<byte> place = _buffer.Slice(_length, size);
        _length += aligned;
        return place;
    }
}
