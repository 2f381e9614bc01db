using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Ciliate.Datapath.Abi;

namespace Ciliate.Datapath;

/// <summary>Between .NET's addresses and the datapath's: 16 bytes in network order, IPv4 as ::ffff:a.b.c.d (RFC 4291, 2.5.5.2).</summary>
internal static class AddressCodec
{
    private const int IPv4PrefixInMapped = 96;

    public static Address Encode(IPAddress? address)
    {
        Address encoded = default;
        if (address is not null)
            address.MapToIPv6().TryWriteBytes(Bytes(ref encoded), out _);
        return encoded;
    }

    /// <summary>Null when all bytes are zero, which stands for "none".</summary>
    public static IPAddress? Decode(Address address)
    {
        var bytes = Bytes(ref address);
        if (!bytes.ContainsAnyExcept((byte)0))
            return null;
        var decoded = new IPAddress(bytes);
        return decoded.IsIPv4MappedToIPv6 ? decoded.MapToIPv4() : decoded;
    }

    /// <summary>Length of a prefix in the 128-bit form.</summary>
    public static int EncodePrefixLength(IPNetwork network) =>
        network.PrefixLength + (network.BaseAddress.AddressFamily == AddressFamily.InterNetwork ? IPv4PrefixInMapped : 0);

    public static IPNetwork DecodePrefix(Address address, int prefixLength)
    {
        var bytes = new IPAddress(Bytes(ref address));
        return bytes.IsIPv4MappedToIPv6
            ? new IPNetwork(bytes.MapToIPv4(), prefixLength - IPv4PrefixInMapped)
            : new IPNetwork(bytes, prefixLength);
    }

    public static Mac Encode(PhysicalAddress address)
    {
        Mac mac = default;
        address.GetAddressBytes().CopyTo(MemoryMarshal.AsBytes(MemoryMarshal.CreateSpan(ref mac, 1)));
        return mac;
    }

    public static PhysicalAddress Decode(Mac mac) => new(MemoryMarshal.AsBytes(MemoryMarshal.CreateSpan(ref mac, 1)).ToArray());

    /// <summary>The four 32-bit words as the machine reads them, for <see cref="EpochTable"/>.</summary>
    public static Span<uint> Words(ref Address address) => MemoryMarshal.Cast<byte, uint>(Bytes(ref address));

    private static Span<byte> Bytes(ref Address address) => MemoryMarshal.AsBytes(MemoryMarshal.CreateSpan(ref address, 1));
}
