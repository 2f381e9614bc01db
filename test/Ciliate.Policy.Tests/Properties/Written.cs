using System.Text;

namespace Ciliate.Policy.Tests.Properties;

/// <summary>Policies as a person writes them, for the oracle; and their text, for the reader. Null is a field that is not written.</summary>
internal sealed record WrittenPolicy(string Name, string? Namespace, WrittenSpec[] Specs)
{
    public string ToYaml() => JsonText.Object(
        ("apiVersion", JsonText.String("cilium.io/v2")),
        ("kind", JsonText.String("CiliumNetworkPolicy")),
        ("metadata", JsonText.Object(("name", JsonText.String(Name)), ("namespace", Namespace is null ? null : JsonText.String(Namespace)))),
        ("specs", JsonText.List(Specs, spec => spec.ToYaml())));
}

internal sealed record WrittenSpec(WrittenSelector Subject, WrittenDirection Ingress, WrittenDirection Egress)
{
    public string ToYaml() => JsonText.Object(
        ("endpointSelector", Subject.ToYaml()),
        ("ingress", JsonText.List(Ingress.Allow, rule => rule.ToYaml("from"))),
        ("ingressDeny", JsonText.List(Ingress.Deny, rule => rule.ToYaml("from"))),
        ("egress", JsonText.List(Egress.Allow, rule => rule.ToYaml("to"))),
        ("egressDeny", JsonText.List(Egress.Deny, rule => rule.ToYaml("to"))),
        ("enableDefaultDeny", JsonText.Object(("ingress", JsonText.Bool(Ingress.DefaultDeny)), ("egress", JsonText.Bool(Egress.DefaultDeny)))));
}

internal sealed record WrittenDirection(WrittenRule[]? Allow, WrittenRule[]? Deny, bool? DefaultDeny);

internal sealed record WrittenRule(WrittenPeers Peers, WrittenPort[]?[]? ToPorts, byte[]? Icmps)
{
    public string ToYaml(string side) => JsonText.Object(
        (side + "Endpoints", JsonText.List(Peers.Endpoints, peer => peer.ToYaml())),
        (side + "Entities", JsonText.List(Peers.Entities, JsonText.String)),
        (side + "CIDRSet", JsonText.List(Peers.Blocks, block => block.ToYaml())),
        ("toPorts", JsonText.List(ToPorts, ports => JsonText.Object(("ports", JsonText.List(ports, port => port.ToYaml()))))),
        ("icmps", Icmps is null ? null : $"[{JsonText.Object(("fields", JsonText.List(Icmps, type => JsonText.Object(("type", $"{type}")))))}]"));
}

/// <summary>At most one of them has items.</summary>
internal sealed record WrittenPeers(WrittenSelector[]? Endpoints, string[]? Entities, WrittenBlock[]? Blocks);

internal sealed record WrittenBlock(string Cidr, string[] Except)
{
    public string ToYaml() => JsonText.Object(("cidr", JsonText.String(Cidr)), ("except", JsonText.List(Except, JsonText.String)));
}

/// <param name="Name">Null: the number.</param>
internal sealed record WrittenPort(string? Name, ushort Port, ushort? EndPort, string? Protocol)
{
    public string ToYaml() => JsonText.Object(
        ("port", JsonText.String(Name ?? $"{Port}")),
        ("endPort", EndPort?.ToString()),
        ("protocol", Protocol is null ? null : JsonText.String(Protocol)));
}

internal sealed record WrittenSelector((string Key, string Value)[] MatchLabels, WrittenExpression[] MatchExpressions)
{
    public string ToYaml() => JsonText.Object(
        ("matchLabels", JsonText.Object([.. MatchLabels.Select(label => (label.Key, (string?)JsonText.String(label.Value)))])),
        ("matchExpressions", JsonText.List(MatchExpressions, expression => expression.ToYaml())));
}

internal sealed record WrittenExpression(string Key, string Operator, string[] Values)
{
    public string ToYaml() => JsonText.Object(
        ("key", JsonText.String(Key)),
        ("operator", JsonText.String(Operator)),
        ("values", JsonText.List(Values, JsonText.String)));
}

/// <summary>JSON, which is YAML.</summary>
internal static class JsonText
{
    public static string String(string text) => $"\"{text}\"";

    public static string Object(params (string Name, string? Value)[] fields)
    {
        var text = new StringBuilder("{");
        foreach (var (name, value) in fields)
        {
            if (value is not null)
                text.Append(text.Length > 1 ? ", " : "").Append(String(name)).Append(": ").Append(value);
        }
        return text.Append('}').ToString();
    }

    public static string? Bool(bool? value) => value switch { null => null, true => "true", false => "false" };

    public static string? List<T>(T[]? items, Func<T, string> write) => items is null ? null : $"[{string.Join(", ", items.Select(write))}]";
}
