using Ciliate.Policy;

namespace Ciliate.Agent.Api;

/// <summary>Protocols that have names in requests.</summary>
internal static class ProtocolNames
{
    private static readonly Dictionary<string, byte> s_numbers = new(StringComparer.OrdinalIgnoreCase)
    {
        ["ICMP"] = IpProtocols.Icmp,
        ["TCP"] = IpProtocols.Tcp,
        ["UDP"] = IpProtocols.Udp,
        ["ICMPv6"] = IpProtocols.IcmpV6,
        ["SCTP"] = IpProtocols.Sctp,
    };

    /// <summary>For messages.</summary>
    public static string Listing { get; } = string.Join(", ", s_numbers.Keys.Select(name => name.ToLowerInvariant()));

    /// <summary>The number where it has no name.</summary>
    public static string Of(byte protocol) => s_numbers.FirstOrDefault(pair => pair.Value == protocol).Key ?? $"{protocol}";

    public static bool TryParse(string name, out byte protocol) => s_numbers.TryGetValue(name, out protocol);
}
