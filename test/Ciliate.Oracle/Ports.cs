using System.Globalization;

namespace Ciliate.Oracle;

/// <summary>Ports of both kinds of rules.</summary>
internal static class Ports
{
    private const int Tcp = 6, Udp = 17, Sctp = 132;

    /// <summary>No protocol is TCP, UDP and SCTP; port 0 is every port.</summary>
    public static bool MatchesCilium(Port port, Packet packet, Party owner) =>
        IsProtocol(port.Protocol, packet.Protocol) && (port.Number == "0" || MatchesNumber(port, packet, owner));

    /// <summary>No protocol is TCP; no port is every port.</summary>
    public static bool MatchesKubernetes(Port port, Packet packet, Party owner) =>
        IsProtocol(port.Protocol ?? "TCP", packet.Protocol) && (port.Number is null || MatchesNumber(port, packet, owner));

    private static bool MatchesNumber(Port port, Packet packet, Party owner)
    {
        if (!int.TryParse(port.Number, NumberStyles.None, CultureInfo.InvariantCulture, out int first))
            return owner.Ports.Any(named => named.Name == port.Number && named.Protocol == packet.Protocol && named.Port == packet.Port);
        int last = port.EndPort is > 0 and { } end ? end : first;
        return first <= packet.Port && packet.Port <= last;
    }

    private static bool IsProtocol(string? written, int protocol) => written switch
    {
        null or "" or "ANY" => protocol is Tcp or Udp or Sctp,
        "TCP" => protocol == Tcp,
        "UDP" => protocol == Udp,
        "SCTP" => protocol == Sctp,
        "ICMP" => protocol == 1,
        "ICMPv6" => protocol == 58,
        "GRE" => protocol == 47,
        "ESP" => protocol == 50,
        _ => int.Parse(written, CultureInfo.InvariantCulture) == protocol,
    };
}
