using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Ciliate.Netlink.Protocol;

/// <summary>One message of a datagram.</summary>
internal readonly ref struct NetlinkMessage(ushort type, ushort flags, uint sequence, ReadOnlySpan<byte> payload)
{
    public ushort Type { get; } = type;

    public ushort Flags { get; } = flags;

    public uint Sequence { get; } = sequence;

    public ReadOnlySpan<byte> Payload { get; } = payload;

    /// <summary>The fixed structure at the start of the payload.</summary>
    public T Structure<T>() where T : unmanaged =>
        Payload.Length >= Unsafe.SizeOf<T>()
            ? MemoryMarshal.Read<T>(Payload)
            : throw NetlinkException.Malformed($"message type {Type} has {Payload.Length} bytes where {Unsafe.SizeOf<T>()} are needed");

    /// <summary>The attributes behind <see cref="Structure{T}"/>.</summary>
    public AttributeReader Attributes<T>() where T : unmanaged
    {
        int offset = (Unsafe.SizeOf<T>() + 3) & ~3;
        return new AttributeReader(Payload.Length >= offset ? Payload[offset..] : default);
    }
}

/// <summary>Walks the messages of a datagram; a broken one is an exception.</summary>
internal ref struct MessageReader(ReadOnlySpan<byte> datagram)
{
    private ReadOnlySpan<byte> _rest = datagram;

    public NetlinkMessage Current { get; private set; }

    public bool MoveNext()
    {
        if (_rest.IsEmpty)
        {
            return false;
        }

        if (_rest.Length < Nl.HeaderSize)
        {
            throw NetlinkException.Malformed($"{_rest.Length} bytes are too few for a header");
        }

        uint length = MemoryMarshal.Read<uint>(_rest);
        if (length < Nl.HeaderSize || length > _rest.Length)
        {
            throw NetlinkException.Malformed($"a message claims {length} bytes, {_rest.Length} are left");
        }

        Current = new NetlinkMessage(
            MemoryMarshal.Read<ushort>(_rest[4..]),
            MemoryMarshal.Read<ushort>(_rest[6..]),
            MemoryMarshal.Read<uint>(_rest[8..]),
            _rest[Nl.HeaderSize..(int)length]);
        _rest = _rest[(int)Math.Min((length + 3) & ~3u, (uint)_rest.Length)..];
        return true;
    }
}
