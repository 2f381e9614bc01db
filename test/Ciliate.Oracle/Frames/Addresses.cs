namespace Ciliate.Oracle.Frames;

/// <summary>Addresses that docs/datapath.md refuses whoever sends.</summary>
internal static class Addresses
{
    public static string? Fault(in SeenPacket seen) =>
        IsNobodys(seen.Source, seen.IsIPv6) || IsForMany(seen.Source, seen.IsIPv6) ? "a source that nobody can have"
        : IsNobodys(seen.Destination, seen.IsIPv6) ? "a destination that nobody can have"
        : null;

    public static bool IsForMany(UInt128 address, bool isIPv6) => isIPv6 ? address >> 120 == 0xff : First(address) is >= 224 and <= 239;

    /// <summary>Unspecified, loopback, kept for the future (240/4, with it the broadcast to all), IPv4 in IPv6.</summary>
    private static bool IsNobodys(UInt128 address, bool isIPv6)
    {
        if (!isIPv6)
            return First(address) is 0 or 127 or >= 240;
        return address >> 32 == 0 || address >> 32 == 0xffff;
    }

    private static int First(UInt128 ipv4) => (int)((uint)ipv4 >> 24);
}
