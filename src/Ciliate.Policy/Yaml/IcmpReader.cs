using System.Globalization;

namespace Ciliate.Policy;

/// <summary>Reads <c>icmps</c>.</summary>
internal static class IcmpReader
{
    /// <summary>As Cilium: the most messages that one element of icmps may list.</summary>
    private const int MaxFields = 40;

    /// <summary>Null for an empty list, which says nothing about messages. An element without fields is one that matches none.</summary>
    public static IReadOnlyList<PortMatch>? Read(YamlField field)
    {
        var rules = field.Items();
        var matches = new List<PortMatch>();
        foreach (var rule in rules)
        {
            var fields = rule.Fields(["fields"], []);
            if (!fields.TryGetValue("fields", out var list))
                continue;
            var items = list.Items();
            if (items.Count > MaxFields)
                throw list.Fail($"has {items.Count} messages, the most is {MaxFields}");
            foreach (var item in items)
                matches.Add(ReadMessage(item));
        }
        return rules.Count > 0 ? matches : null;
    }

    private static PortMatch ReadMessage(YamlField field)
    {
        var fields = field.Fields(["family", "type"], []);
        bool isIPv6 = fields.TryGetValue("family", out var family) && ReadIsIPv6(family);
        byte type = ReadType(field.Required(fields, "type"), isIPv6);
        return new PortMatch(isIPv6 ? IpProtocols.IcmpV6 : IpProtocols.Icmp, type, type);
    }

    private static bool ReadIsIPv6(YamlField field) => field.Text() switch
    {
        "IPv4" => false,
        "IPv6" => true,
        var other => throw field.Fail($"{Quoting.Quote(other)} is not a family (IPv4, IPv6)"),
    };

    private static byte ReadType(YamlField field, bool isIPv6)
    {
        string text = field.Text();
        if (IcmpTypes.Find(text, isIPv6) is { } named)
            return named;
        return byte.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out byte number)
            ? number
            : throw field.Fail($"{Quoting.Quote(text)} is not a message of {(isIPv6 ? "ICMPv6" : "ICMP")} (0-255, or a name such as EchoRequest)");
    }
}
