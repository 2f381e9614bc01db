using System.Net;
using System.Net.Sockets;
using Ciliate.Oracle.Frames;

namespace Ciliate.Verdicts.Tests.Frames;

/// <summary>What frames are made of: few values, so that they meet again, and those with a meaning of their own.</summary>
internal sealed class Pools(Random random, Site site, int[] ports)
{
    private static readonly UInt128[] s_special4 =
        [.. Parse("0.0.0.0", "0.0.0.1", "127.0.0.1", "224.0.0.1", "239.255.255.255", "240.0.0.1", "255.255.255.255", "10.9.0.255", "10.9.0.200")];
    private static readonly UInt128[] s_special6 =
        [.. Parse("::", "::1", "::2", "ff02::1", "ff02::1:ff00:1", "fe80::1", "fd09::200"), (UInt128)0xffff << 32 | 0x0a090002, 0x0a090002];
    private static readonly UInt128[] s_outside4 = [.. World.Outside.Where(one => one.AddressFamily == AddressFamily.InterNetwork).Select(Wire.Address)];
    private static readonly UInt128[] s_outside6 = [.. World.Outside.Where(one => one.AddressFamily == AddressFamily.InterNetworkV6).Select(Wire.Address)];
    private static readonly UInt128[] s_entities4 = [.. World.Entities.Select(entity => Wire.Address(Stations.OfEntity(entity).IPv4))];
    private static readonly UInt128[] s_entities6 = [.. World.Entities.Select(entity => Wire.Address(Stations.OfEntity(entity).IPv6))];
    private static readonly int[] s_sourcePorts = [67, 68, 546, 547, 80, 40000, 40001, 40002, 61000, 61001, 65535, 0];
    private static readonly int[] s_protocols = [6, 6, 6, 6, 17, 17, 17, 1, 58, 1, 58, 132, 47, 50, 4, 41, 0, 43, 44, 51, 60, 2, 89, 255, 59];
    private static readonly int[] s_flags = [2, 2, 2, 0x10, 0x18, 0x12, 4, 0x14, 0x11, 1, 0, 3, 6, 0x13, 0xc2];
    private static readonly int[] s_messages4 = [8, 8, 8, 0, 0, 3, 4, 5, 11, 12, 13, 14, 15, 17, 42, 9, 10];
    private static readonly int[] s_messages6 = [128, 128, 128, 129, 129, 1, 2, 3, 4, 130, 131, 133, 134, 135, 136, 137, 139, 143, 144, 160];

    public UInt128 Own(int container, bool isIPv6) => isIPv6 ? site.Containers[container].IPv6 : site.Containers[container].IPv4;

    /// <summary>Somebody whom a packet can be for or from.</summary>
    public UInt128 Anybody(bool isIPv6) => random.Next(20) switch
    {
        < 7 => Own(random.Next(site.Containers.Count), isIPv6),
        < 9 => isIPv6 ? site.GatewayIPv6 : site.GatewayIPv4,
        < 10 => isIPv6 ? site.UplinkIPv6 : site.UplinkIPv4,
        < 12 => random.Pick(isIPv6 ? s_entities6 : s_entities4),
        < 19 => Remote(isIPv6),
        _ => random.Pick(isIPv6 ? s_special6 : s_special4),
    };

    public UInt128 Remote(bool isIPv6) => random.Pick(isIPv6 ? s_outside6 : s_outside4);

    public int Protocol(bool isIPv6) => random.Pick(s_protocols) switch
    {
        1 or 58 when random.Chance(0.95) => isIPv6 ? 58 : 1,
        var other => other,
    };

    public int SourcePort() => random.Pick(s_sourcePorts);

    public int DestinationPort() => random.Chance(0.1) ? SourcePort() : random.Pick(ports);

    public int TcpFlags() => random.Chance(0.97) ? random.Pick(s_flags) : random.Next(256);

    public int MessageType(bool isIPv6) => random.Pick(isIPv6 ? s_messages6 : s_messages4);

    /// <summary>Identifier of an echo or of a packet in pieces.</summary>
    public int Id() => random.Next(4);

    private static IEnumerable<UInt128> Parse(params string[] addresses) => addresses.Select(IPAddress.Parse).Select(Wire.Address);
}
