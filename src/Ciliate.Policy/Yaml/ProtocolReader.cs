using System.Globalization;

namespace Ciliate.Policy;

/// <summary>Reads a protocol: by name or by its IANA number.</summary>
internal static class ProtocolReader
{
    private static readonly Dictionary<string, byte> ByName = new(StringComparer.OrdinalIgnoreCase)
    {
        [""] = IpProtocols.Any,
        ["ANY"] = IpProtocols.Any,
        ["TCP"] = IpProtocols.Tcp,
        ["UDP"] = IpProtocols.Udp,
        ["SCTP"] = IpProtocols.Sctp,
        ["ICMP"] = IpProtocols.Icmp,
        ["ICMPV6"] = IpProtocols.IcmpV6,
        ["IGMP"] = 2,
        ["IPIP"] = 4,
        ["IPV6"] = 41,
        ["GRE"] = 47,
        ["ESP"] = 50,
        ["AH"] = 51,
        ["VRRP"] = 112,
    };

    public static byte Read(YamlField field)
    {
        string text = field.Text();
        if (ByName.TryGetValue(text, out byte protocol))
            return protocol;
        return byte.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out byte number) && number != IpProtocols.Any
            ? number
            : throw field.Fail($"{Quoting.Quote(text)} is not a protocol (TCP, UDP, SCTP, ANY, ICMP, ICMPv6, IGMP, IPIP, IPv6, GRE, ESP, AH, VRRP or 1-255)");
    }

    /// <summary>Does a port mean something to it?</summary>
    public static bool HasPorts(byte protocol) => protocol == IpProtocols.Any || IpProtocols.WithPorts.Contains(protocol);
}
