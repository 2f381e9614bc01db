using System.Net;
using System.Net.Sockets;

namespace Ciliate.Netlink.Protocol;

/// <summary>The kernel's numbers of the two IP families; all else in this project is the same for both.</summary>
internal static class AddressFamilies
{
    public const byte Inet = 2, Inet6 = 10;

    public static byte KernelFamily(this IPAddress address) => KernelFamily(address.AddressFamily);

    public static byte KernelFamily(AddressFamily family) => family switch
    {
        AddressFamily.InterNetwork => Inet,
        AddressFamily.InterNetworkV6 => Inet6,
        _ => throw new ArgumentException($"address family {family} is neither IPv4 nor IPv6"),
    };

    public static IPAddress AnyAddress(byte kernelFamily) => kernelFamily == Inet ? IPAddress.Any : IPAddress.IPv6Any;

    public static void Attribute(this ref NetlinkWriter writer, ushort type, IPAddress address)
    {
        Span<byte> bytes = stackalloc byte[16];
        address.TryWriteBytes(bytes, out int written);
        writer.Attribute(type, bytes[..written]);
    }
}
