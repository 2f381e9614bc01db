namespace Ciliate.Policy;

/// <summary>
/// Reads <c>CiliumNetworkPolicy</c> (cilium.io/v2) from YAML, JSON included. What it does not understand in full it refuses:
/// a field is read, or named in an error.
/// </summary>
public static class PolicyReader
{
    private const string ApiVersion = "cilium.io/v2";
    private const string Kind = "CiliumNetworkPolicy";

    /// <summary>The policies of all documents, in order.</summary>
    /// <param name="text">YAML, of at most 4 Mi characters.</param>
    /// <param name="sourceName">File name or the like, for messages.</param>
    /// <exception cref="PolicyException">The first thing that is wrong.</exception>
    public static IReadOnlyList<NetworkPolicy> Read(string text, string sourceName)
    {
        var policies = new List<NetworkPolicy>();
        var lines = new Dictionary<PolicyKey, int>();
        foreach (var document in YamlLoader.Load(text, sourceName))
        {
            var root = YamlField.Root(document, sourceName);
            var policy = ReadPolicy(root, document.Source);
            if (!lines.TryAdd(policy.Key, root.Line))
                throw root.Fail($"policy \"{policy.Key}\" is there already, on line {lines[policy.Key]}");
            policies.Add(policy);
        }
        return policies.Count > 0 ? policies : throw new PolicyException($"{sourceName}:1: has no policy");
    }

    /// <inheritdoc cref="Read(string,string)"/>
    public static IReadOnlyList<NetworkPolicy> Read(TextReader reader, string sourceName)
    {
        // One character more than is accepted tells a text that is too long from one that just fits.
        var buffer = new char[YamlLoader.MaxTextLength + 1];
        int length = reader.ReadBlock(buffer);
        return Read(new string(buffer, 0, length), sourceName);
    }

    private static NetworkPolicy ReadPolicy(YamlField root, string source)
    {
        var fields = root.Fields(["apiVersion", "kind", "metadata", "spec", "specs"], ["status"]);
        RequireText(root.Required(fields, "apiVersion"), ApiVersion);
        RequireText(root.Required(fields, "kind"), Kind);
        var metadata = MetadataReader.Read(root.Required(fields, "metadata"));
        return new NetworkPolicy
        {
            Key = metadata.Key,
            Labels = metadata.Labels,
            Annotations = metadata.Annotations,
            Specs = ReadSpecs(root, fields, metadata.Key.Namespace),
            SourceYaml = source,
        };
    }

    private static List<PolicySpec> ReadSpecs(YamlField root, Dictionary<string, YamlField> fields, string? policyNamespace)
    {
        var specs = new List<PolicySpec>();
        var reader = new SpecReader(policyNamespace);
        if (fields.TryGetValue("spec", out var single))
            specs.Add(reader.Read(single, RuleReference.SingleSpec));
        if (fields.TryGetValue("specs", out var list))
        {
            var items = list.Items();
            for (int i = 0; i < items.Count; i++)
                specs.Add(reader.Read(items[i], i));
        }
        return specs.Count > 0 ? specs : throw root.Fail("has neither a spec nor specs");
    }

    private static void RequireText(YamlField field, string wanted)
    {
        if (field.Text() != wanted)
            throw field.Fail($"{Quoting.Quote(field.Text())} is not supported yet, expected \"{wanted}\"");
    }
}
