using System.Collections.ObjectModel;

namespace Ciliate.Policy;

/// <summary>Reads <c>metadata</c>.</summary>
internal static class MetadataReader
{
    private static readonly string[] Known = ["name", "namespace", "labels", "annotations"];

    private static readonly string[] Unsupported =
    [
        "generateName", "uid", "resourceVersion", "generation", "creationTimestamp", "deletionTimestamp", "deletionGracePeriodSeconds",
        "ownerReferences", "finalizers", "managedFields", "selfLink",
    ];

    public readonly record struct Metadata(
        PolicyKey Key, IReadOnlyDictionary<string, string> Labels, IReadOnlyDictionary<string, string> Annotations);

    public static Metadata Read(YamlField field, PolicyKind kind)
    {
        var fields = field.Fields(Known, Unsupported);
        var nameField = field.Required(fields, "name");
        string name = nameField.Text();
        if (!DnsName.IsSubdomain(name))
            throw nameField.Fail($"{Quoting.Quote(name)} is not {DnsName.Subdomain}");
        if (kind == PolicyKind.CiliumClusterwideNetworkPolicy && fields.TryGetValue("namespace", out var forbidden))
            throw forbidden.Fail("a clusterwide policy has no namespace");
        string? space = fields.TryGetValue("namespace", out var spaceField) ? spaceField.Text() : null;
        if (space is not null && !DnsName.IsLabel(space))
            throw spaceField.Fail($"{Quoting.Quote(space)} is not {DnsName.Label}");
        return new Metadata(new PolicyKey(space, name, kind), Texts(fields, "labels"), Texts(fields, "annotations"));
    }

    private static IReadOnlyDictionary<string, string> Texts(Dictionary<string, YamlField> fields, string name)
    {
        if (!fields.TryGetValue(name, out var field))
            return ReadOnlyDictionary<string, string>.Empty;
        var texts = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (key, value) in field.Fields())
            texts.Add(key, value.Text());
        return texts;
    }
}
