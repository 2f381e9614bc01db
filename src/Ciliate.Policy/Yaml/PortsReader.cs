using System.Globalization;

namespace Ciliate.Policy;

/// <summary>Reads <c>toPorts</c>.</summary>
internal static class PortsReader
{
    /// <summary>As Cilium: the most ports that one element of toPorts may list.</summary>
    private const int MaxPorts = 40;

    private static readonly string[] UnsupportedRuleFields = ["rules", "terminatingTLS", "originatingTLS", "serverNames", "listener"];

    private static readonly string[] UnsupportedProtocols =
        ["SCTP", "ICMP", "ICMPV6", "VRRP", "IGMP", "GRE", "IPIP", "IPV6", "ESP", "AH"];

    /// <summary>Null for an empty list, which says nothing about ports. An element without ports is one that matches no port.</summary>
    public static IReadOnlyList<PortMatch>? Read(YamlField field)
    {
        var rules = field.Items();
        var ports = new List<PortMatch>();
        foreach (var rule in rules)
        {
            var fields = rule.Fields(["ports"], UnsupportedRuleFields);
            if (!fields.TryGetValue("ports", out var list))
                continue;
            var items = list.Items();
            if (items.Count > MaxPorts)
                throw list.Fail($"has {items.Count} ports, the most is {MaxPorts}");
            foreach (var item in items)
                ports.Add(ReadPort(item));
        }
        return rules.Count > 0 ? ports : null;
    }

    private static PortMatch ReadPort(YamlField field)
    {
        var fields = field.Fields(["port", "endPort", "protocol"], []);
        byte protocol = fields.TryGetValue("protocol", out var protocolField) ? ReadProtocol(protocolField) : IpProtocols.Any;
        ushort first = ReadFirst(field.Required(fields, "port"));
        ushort last = fields.TryGetValue("endPort", out var endField) ? ReadNumber(endField, endField.Text()) : (ushort)0;
        if (last == 0)
            return first == 0 ? new PortMatch(protocol, 0, ushort.MaxValue) : new PortMatch(protocol, first, first);
        if (first == 0)
            throw endField.Fail("cannot go with port 0, which stands for every port");
        if (last < first)
            throw endField.Fail($"{last} is below the port {first}");
        return new PortMatch(protocol, first, last);
    }

    private static ushort ReadFirst(YamlField field)
    {
        string text = field.Text();
        if (IsPortName(text))
            throw field.Fail($"{Quoting.Quote(text)} is a name, and named ports are not supported yet");
        return ReadNumber(field, text);
    }

    private static ushort ReadNumber(YamlField field, string text)
    {
        bool canonical = text.Length == 1 || !text.StartsWith('0');
        return canonical && ushort.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out ushort number)
            ? number
            : throw field.Fail($"{Quoting.Quote(text)} is not a port (1-65535)");
    }

    /// <summary>RFC 6335, 5.1: letters, digits and single hyphens inside, at least one letter, at most 15 characters.</summary>
    private static bool IsPortName(string text)
    {
        bool hasLetter = false;
        for (int i = 0; i < text.Length; i++)
        {
            char c = text[i];
            hasLetter |= char.IsAsciiLetter(c);
            bool innerHyphen = c == '-' && i > 0 && i < text.Length - 1 && text[i - 1] != '-';
            if (!char.IsAsciiLetterOrDigit(c) && !innerHyphen)
                return false;
        }
        return hasLetter && text.Length <= 15;
    }

    private static byte ReadProtocol(YamlField field)
    {
        string text = field.Text();
        string name = text.ToUpperInvariant();
        return name switch
        {
            "TCP" => IpProtocols.Tcp,
            "UDP" => IpProtocols.Udp,
            "ANY" or "" => IpProtocols.Any,
            _ when UnsupportedProtocols.Contains(name) => throw field.Fail($"{name} is not supported yet (TCP, UDP, ANY)"),
            _ => throw field.Fail($"{Quoting.Quote(text)} is not a protocol (TCP, UDP, ANY)"),
        };
    }
}
