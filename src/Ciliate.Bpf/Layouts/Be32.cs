using System.Buffers.Binary;
using System.Globalization;

namespace Ciliate.Bpf;

/// <summary>A 32-bit number in network byte order, as it stands in a packet or a map: C's __be32.</summary>
public readonly record struct Be32
{
    private readonly uint _stored;

    private Be32(uint stored) => _stored = stored;

    public static Be32 FromHost(uint value) => new(BitConverter.IsLittleEndian ? BinaryPrimitives.ReverseEndianness(value) : value);

    public uint ToHost() => BitConverter.IsLittleEndian ? BinaryPrimitives.ReverseEndianness(_stored) : _stored;

    /// <summary>The number as people write it.</summary>
    public override string ToString() => ToHost().ToString(CultureInfo.InvariantCulture);
}
