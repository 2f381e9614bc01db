using System.Buffers.Binary;
using System.Globalization;

namespace Ciliate.Bpf;

/// <summary>A 16-bit number in network byte order, as it stands in a packet or a map: C's __be16.</summary>
public readonly record struct Be16
{
    private readonly ushort _stored;

    private Be16(ushort stored) => _stored = stored;

    public static Be16 FromHost(ushort value) => new(BitConverter.IsLittleEndian ? BinaryPrimitives.ReverseEndianness(value) : value);

    public ushort ToHost() => BitConverter.IsLittleEndian ? BinaryPrimitives.ReverseEndianness(_stored) : _stored;

    /// <summary>The number as people write it.</summary>
    public override string ToString() => ToHost().ToString(CultureInfo.InvariantCulture);
}
