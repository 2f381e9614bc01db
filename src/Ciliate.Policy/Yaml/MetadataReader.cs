using System.Collections.ObjectModel;

namespace Ciliate.Policy;

/// <summary>Reads <c>metadata</c>.</summary>
internal static class MetadataReader
{
    private const int MaxNameLength = 253;
    private const int MaxNamespaceLength = 63;

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
        if (!IsDnsName(name, MaxNameLength, dots: true))
            throw nameField.Fail($"{Quoting.Quote(name)} is not a DNS name (a-z, 0-9, '-' and '.', at most {MaxNameLength} characters)");
        if (kind == PolicyKind.CiliumClusterwideNetworkPolicy && fields.TryGetValue("namespace", out var forbidden))
            throw forbidden.Fail("a clusterwide policy has no namespace");
        string? space = fields.TryGetValue("namespace", out var spaceField) ? spaceField.Text() : null;
        if (space is not null && !IsDnsName(space, MaxNamespaceLength, dots: false))
            throw spaceField.Fail($"{Quoting.Quote(space)} is not a DNS label (a-z, 0-9 and '-', at most {MaxNamespaceLength} characters)");
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

    /// <summary>RFC 1123: labels of letters and digits, with hyphens inside.</summary>
    private static bool IsDnsName(string text, int maxLength, bool dots)
    {
        if (text.Length > maxLength)
            return false;
        foreach (var range in dots ? text.AsSpan().Split('.') : text.AsSpan().Split('\0'))
        {
            if (!IsDnsLabel(text.AsSpan(range)))
                return false;
        }
        return true;
    }

    private static bool IsDnsLabel(ReadOnlySpan<char> label)
    {
        if (label.IsEmpty || label[0] == '-' || label[^1] == '-')
            return false;
        foreach (char c in label)
        {
            if (!char.IsAsciiLetterLower(c) && !char.IsAsciiDigit(c) && c != '-')
                return false;
        }
        return true;
    }
}
