using System.Buffers.Binary;
using System.Net;

namespace Ciliate.Oracle.Frames;

/// <summary>Numbers and addresses out of bytes.</summary>
public static class Wire
{
    private static readonly UInt128 s_mapped = (UInt128)0xffff << 32;

    public static int Number16(ReadOnlySpan<byte> frame, int offset) => BinaryPrimitives.ReadUInt16BigEndian(frame[offset..]);

    public static uint Number32(ReadOnlySpan<byte> frame, int offset) => BinaryPrimitives.ReadUInt32BigEndian(frame[offset..]);

    public static UInt128 IPv4(ReadOnlySpan<byte> frame, int offset) => s_mapped | Number32(frame, offset);

    public static UInt128 IPv6(ReadOnlySpan<byte> frame, int offset) => BinaryPrimitives.ReadUInt128BigEndian(frame[offset..]);

    public static UInt128 Address(IPAddress address) => BinaryPrimitives.ReadUInt128BigEndian(address.MapToIPv6().GetAddressBytes());

    public static IPAddress Address(UInt128 number)
    {
        Span<byte> bytes = stackalloc byte[16];
        BinaryPrimitives.WriteUInt128BigEndian(bytes, number);
        var address = new IPAddress(bytes);
        return address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
    }
}
