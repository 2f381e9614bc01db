using System.Net;
using System.Net.NetworkInformation;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;

namespace Ciliate.Netlink.Protocol;

/// <summary>Walks attributes; a broken one is an exception, never a read out of bounds.</summary>
internal ref struct AttributeReader(ReadOnlySpan<byte> attributes)
{
    private ReadOnlySpan<byte> _rest = attributes;

    public ushort Type { get; private set; }

    public ReadOnlySpan<byte> Value { get; private set; }

    public bool MoveNext()
    {
        // Fewer bytes than a header are padding.
        if (_rest.Length < Nl.AttributeHeaderSize)
        {
            return false;
        }

        ushort length = MemoryMarshal.Read<ushort>(_rest);
        if (length < Nl.AttributeHeaderSize || length > _rest.Length)
        {
            throw NetlinkException.Malformed($"an attribute claims {length} bytes, {_rest.Length} are left");
        }

        Type = (ushort)(MemoryMarshal.Read<ushort>(_rest[2..]) & Nl.NLA_TYPE_MASK);
        Value = _rest[Nl.AttributeHeaderSize..length];
        _rest = _rest[Math.Min((length + 3) & ~3, _rest.Length)..];
        return true;
    }

    public readonly T Read<T>() where T : unmanaged =>
        Value.Length >= Unsafe.SizeOf<T>()
            ? MemoryMarshal.Read<T>(Value)
            : throw NetlinkException.Malformed($"attribute {Type} has {Value.Length} bytes where {Unsafe.SizeOf<T>()} are needed");

    /// <summary>The text up to the first zero byte.</summary>
    public readonly string ReadString()
    {
        int end = Value.IndexOf((byte)0);
        return Encoding.UTF8.GetString(end < 0 ? Value : Value[..end]);
    }

    public readonly IPAddress ReadAddress() => Value.Length is 4 or 16
        ? new IPAddress(Value)
        : throw NetlinkException.Malformed($"attribute {Type} has {Value.Length} bytes, which is no IP address");

    public readonly PhysicalAddress ReadMac() => new(Value.ToArray());

    public readonly AttributeReader ReadNested() => new(Value);
}
