using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Ciliate.Policy;

/// <summary>Prefixes of addresses: reading them, and which lies in which.</summary>
public static class Prefixes
{
    public static readonly IPNetwork EveryIPv4 = new(IPAddress.Any, 0);
    public static readonly IPNetwork EveryIPv6 = new(IPAddress.IPv6Any, 0);

    private const int IPv4Bits = 32;
    private const int IPv6Bits = 128;

    /// <summary>Reads <c>10.0.0.0/8</c>, or one address, which is a prefix of full length. Bits behind the length are cleared.
    /// IPv4-mapped IPv6 addresses, zones and shortened IPv4 are none.</summary>
    public static bool TryParse(string text, out IPNetwork prefix)
    {
        prefix = default;
        int slash = text.IndexOf('/', StringComparison.Ordinal);
        string written = slash < 0 ? text : text[..slash];
        if (written.Contains('%', StringComparison.Ordinal) || written.StartsWith('[') || !IPAddress.TryParse(written, out var address))
            return false;
        bool isIPv4 = address.AddressFamily == AddressFamily.InterNetwork;
        // the library also takes 10, 0x7f.1 and 010.0.0.1, which are not what people mean
        if (address.IsIPv4MappedToIPv6 || (isIPv4 && written != address.ToString()))
            return false;
        int bits = isIPv4 ? IPv4Bits : IPv6Bits;
        int length = bits;
        if (slash >= 0 && !TryParseLength(text.AsSpan(slash + 1), bits, out length))
            return false;
        prefix = new IPNetwork(Masked(address, length), length);
        return true;
    }

    /// <summary>Is every address of <paramref name="inner"/> one of <paramref name="outer"/>?</summary>
    public static bool Covers(this IPNetwork outer, IPNetwork inner) =>
        outer.PrefixLength <= inner.PrefixLength && outer.Contains(inner.BaseAddress);

    private static bool TryParseLength(ReadOnlySpan<char> text, int bits, out int length) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out length)
        && length <= bits && (text.Length == 1 || text[0] != '0');

    private static IPAddress Masked(IPAddress address, int length)
    {
        byte[] bytes = address.GetAddressBytes();
        for (int i = 0; i < bytes.Length; i++)
        {
            int kept = Math.Clamp(length - (i * 8), 0, 8);
            bytes[i] &= (byte)(0xff00 >> kept);
        }
        return new IPAddress(bytes);
    }
}

/// <summary>IPv4 before IPv6, then by address, then the wider prefix first: what a prefix covers follows it without a gap.</summary>
internal sealed class PrefixOrder : IComparer<IPNetwork>
{
    public static readonly PrefixOrder Instance = new();

    public int Compare(IPNetwork x, IPNetwork y)
    {
        int order = x.BaseAddress.AddressFamily.CompareTo(y.BaseAddress.AddressFamily);
        if (order != 0)
            return order;
        Span<byte> left = stackalloc byte[16], right = stackalloc byte[16];
        x.BaseAddress.TryWriteBytes(left, out int length);
        y.BaseAddress.TryWriteBytes(right, out _);
        order = left[..length].SequenceCompareTo(right[..length]);
        return order != 0 ? order : x.PrefixLength.CompareTo(y.PrefixLength);
    }
}
