using System.Globalization;

namespace Ciliate.Policy;

/// <summary>Reads <c>toPorts</c>.</summary>
internal static class PortsReader
{
    /// <summary>As Cilium: the most ports that one element of toPorts may list.</summary>
    private const int MaxPorts = 40;

    private static readonly string[] UnsupportedRuleFields = ["rules", "terminatingTLS", "originatingTLS", "serverNames", "listener"];

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
        return rules.Count > 0 ? ports.ToArray() : null;
    }

    /// <summary>A port or name with an optional end. 0 is every port.</summary>
    /// <param name="portField">Null: every port.</param>
    public static PortMatch ReadRange(YamlField? portField, YamlField? endField, byte protocol)
    {
        if (portField is not { } port)
            return endField is { } alone ? throw alone.Fail("needs a port to start from") : new PortMatch(protocol, 0, ushort.MaxValue);
        string text = TextOf(port);
        if (NamedPort.IsName(text))
            return ReadName(port, endField, protocol);
        ushort first = ReadNumber(port, text);
        if (first != 0 && !ProtocolReader.HasPorts(protocol))
            throw port.Fail($"{first} cannot go with a protocol that has no ports; write \"0\", or icmps for ICMP messages");
        ushort last = endField is { } end ? ReadNumber(end, TextOf(end)) : (ushort)0;
        if (last == 0)
            return first == 0 ? new PortMatch(protocol, 0, ushort.MaxValue) : new PortMatch(protocol, first, first);
        if (first == 0)
            throw endField!.Value.Fail("cannot go with port 0, which stands for every port");
        if (last < first)
            throw endField!.Value.Fail($"{last} is below the port {first}");
        return new PortMatch(protocol, first, last);
    }

    /// <summary>A number or a name. What YAML takes for a number is one, in whatever form: <c>0x50</c> is 80 without quotes, a name with them.</summary>
    public static string TextOf(YamlField field)
    {
        string text = field.Text();
        if (!field.IsPlain)
            return text;
        if (CoreSchema.OtherBase(text) is { } number)
            return number.ToString(CultureInfo.InvariantCulture);
        string? kind = CoreSchema.IsBoolean(text) ? "a boolean" : CoreSchema.IsFloat(text) ? "a floating-point number" : null;
        return kind is null || !NamedPort.IsName(text)
            ? text
            : throw field.Fail($"{text} is {kind} in YAML, neither a port (1-65535) nor, without quotes, the name of one");
    }

    private static PortMatch ReadPort(YamlField field)
    {
        var fields = field.Fields(["port", "endPort", "protocol"], []);
        byte protocol = fields.TryGetValue("protocol", out var protocolField) ? ProtocolReader.Read(protocolField) : IpProtocols.Any;
        return ReadRange(field.Required(fields, "port"), fields.TryGetValue("endPort", out var end) ? end : null, protocol);
    }

    /// <summary>Names are compared without regard to case, as they are in IANA's registry.</summary>
    private static PortMatch ReadName(YamlField field, YamlField? endField, byte protocol)
    {
        if (endField is { } end && TextOf(end) != "0")
            throw end.Fail($"cannot go with the named port {Quoting.Quote(field.Text())}");
        if (!ProtocolReader.HasPorts(protocol))
            throw field.Fail("a name cannot go with a protocol that has no ports");
        return new PortMatch(protocol, 0, 0, field.Text().ToLowerInvariant());
    }

    private static ushort ReadNumber(YamlField field, string text)
    {
        bool canonical = text.Length == 1 || !text.StartsWith('0');
        return canonical && ushort.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out ushort number)
            ? number
            : throw field.Fail($"{Quoting.Quote(text)} is not a port (1-65535)");
    }
}
