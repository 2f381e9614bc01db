using System.Buffers.Binary;

namespace Ciliate.Verdicts.Tests.Frames;

/// <summary>Bytes of a frame, one after the other. Lengths that come before what they count are put right afterwards.</summary>
internal sealed class FrameWriter
{
    private readonly byte[] _bytes = new byte[4096];

    public int Length { get; private set; }

    public byte[] Frame => _bytes[..Length];

    public void Clear() => Length = 0;

    public FrameWriter Byte(int value)
    {
        _bytes[Length++] = (byte)value;
        return this;
    }

    public FrameWriter Number16(int value)
    {
        BinaryPrimitives.WriteUInt16BigEndian(_bytes.AsSpan(Length), (ushort)value);
        Length += 2;
        return this;
    }

    public FrameWriter Number32(uint value)
    {
        BinaryPrimitives.WriteUInt32BigEndian(_bytes.AsSpan(Length), value);
        Length += 4;
        return this;
    }

    public FrameWriter Bytes(ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(_bytes.AsSpan(Length));
        Length += bytes.Length;
        return this;
    }

    public FrameWriter Zeros(int count)
    {
        _bytes.AsSpan(Length, count).Clear();
        Length += count;
        return this;
    }

    /// <param name="address">IPv4 mapped into IPv6; of an IPv4 address the last four bytes are written.</param>
    public FrameWriter Address(UInt128 address, bool isIPv6)
    {
        if (!isIPv6)
            return Number32((uint)address);
        BinaryPrimitives.WriteUInt128BigEndian(_bytes.AsSpan(Length), address);
        Length += 16;
        return this;
    }

    public void Put16(int offset, int value) => BinaryPrimitives.WriteUInt16BigEndian(_bytes.AsSpan(offset), (ushort)value);

    public void Put8(int offset, int value) => _bytes[offset] = (byte)value;
}
