namespace Ciliate.Policy.Tests;

/// <summary>Short ways to write policies, labels and identities in tests.</summary>
internal static class Policies
{
    public const string SourceName = "p.yaml";

    /// <summary>Policies from documents; the head of a document named <c>p</c> is put before a text that starts with <c>spec</c>.</summary>
    public static IReadOnlyList<NetworkPolicy> Read(string yaml) => PolicyReader.Read(WithHead(yaml), SourceName);

    public static string WithHead(string yaml, string name = "p", string? space = null)
    {
        if (!yaml.StartsWith("spec", StringComparison.Ordinal))
            return yaml;
        string scope = space is null ? "" : $", namespace: {space}";
        return $"apiVersion: cilium.io/v2\nkind: CiliumNetworkPolicy\nmetadata: {{name: {name}{scope}}}\n{yaml}";
    }

    /// <summary>Labels of a comma-separated list.</summary>
    public static LabelSet Labels(string list) => LabelSet.Parse(list.Split(',', StringSplitOptions.RemoveEmptyEntries));

    public static Identity Identity(uint number, string labels) => new(number, Labels(labels));
}
