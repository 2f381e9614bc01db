using System.Globalization;
using Ciliate.Agent.Policies;
using Ciliate.Api;
using Ciliate.Policy;
using Microsoft.AspNetCore.Http;

namespace Ciliate.Agent.Api;

/// <summary>A query for an explanation, read key by key. What is not understood is refused by name.</summary>
internal static class ExplainRequest
{
    private static readonly string[] s_keys =
    [
        ExplainQuery.FromKey, ExplainQuery.ToKey, ExplainQuery.ProtocolKey, ExplainQuery.PortKey, ExplainQuery.IcmpTypeKey, ExplainQuery.FlowKey,
    ];

    /// <exception cref="AgentException">A key or number is not understood.</exception>
    public static ExplainQuery Parse(IQueryCollection query)
    {
        foreach ((string key, var values) in query)
        {
            if (!s_keys.Contains(key))
                throw AgentException.Invalid($"explain has no query '{key}'");
            if (values.Count != 1)
                throw AgentException.Invalid($"query '{key}' is given {values.Count} times; give it once");
        }

        var parsed = new ExplainQuery(
            query[ExplainQuery.FromKey], query[ExplainQuery.ToKey], query[ExplainQuery.ProtocolKey],
            (ushort?)Number(query, ExplainQuery.PortKey, ushort.MaxValue), query[ExplainQuery.IcmpTypeKey],
            Number(query, ExplainQuery.FlowKey, ulong.MaxValue));
        bool ofPacket = parsed is { From: not null, To: not null, Protocol: not null };
        bool ofFlow = parsed is { Flow: not null, From: null, To: null, Protocol: null, Port: null, IcmpType: null };
        return ofPacket && parsed.Flow is null || ofFlow ? parsed : throw AgentException.Invalid("give from, to and protocol, or flow alone");
    }

    /// <exception cref="AgentException">Protocol, port and type do not go together.</exception>
    public static PacketKind Kind(ExplainQuery query)
    {
        string name = query.Protocol!;
        if (!ProtocolNames.TryParse(name, out byte protocol) && !byte.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out protocol))
            throw AgentException.Invalid($"protocol: '{name}' is none of {ProtocolNames.Listing} and no number from 0 to 255");
        return (protocol, query.Port, query.IcmpType) switch
        {
            (IpProtocols.Icmp or IpProtocols.IcmpV6, null, { } type) => new PacketKind(protocol, IcmpType(type, protocol == IpProtocols.IcmpV6)),
            (IpProtocols.Icmp or IpProtocols.IcmpV6, _, _) => throw AgentException.Invalid($"protocol {name} needs an icmp-type and has no port"),
            (_, _, not null) => throw AgentException.Invalid($"protocol {name} has no icmp-type"),
            (IpProtocols.Tcp or IpProtocols.Udp or IpProtocols.Sctp, { } port, _) => new PacketKind(protocol, port),
            (IpProtocols.Tcp or IpProtocols.Udp or IpProtocols.Sctp, null, _) => throw AgentException.Invalid($"protocol {name} needs a port"),
            (_, not null, _) => throw AgentException.Invalid($"protocol {name} has no port"),
            _ => new PacketKind(protocol, 0),
        };
    }

    /// <summary>By number, by the name that policies use, or by that name with hyphens: <c>echo-request</c>.</summary>
    private static byte IcmpType(string text, bool isIPv6)
    {
        if (byte.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out byte number))
            return number;
        string name = string.Concat(text.Split('-').Select(word => word.Length > 0 ? char.ToUpperInvariant(word[0]) + word[1..] : ""));
        return IcmpTypes.Find(name, isIPv6)
            ?? throw AgentException.Invalid($"icmp-type: '{text}' is no type of {(isIPv6 ? "ICMPv6" : "ICMP")} that has a name here; give its number");
    }

    private static ulong? Number(IQueryCollection query, string key, ulong most)
    {
        if (query[key] is not [{ } text])
            return null;
        return ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out ulong number) && number <= most
            ? number
            : throw AgentException.Invalid($"{key}: '{text}' is not a number from 0 to {most}");
    }
}
