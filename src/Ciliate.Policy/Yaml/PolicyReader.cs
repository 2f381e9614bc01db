namespace Ciliate.Policy;

/// <summary>
/// Reads <c>CiliumNetworkPolicy</c> and <c>CiliumClusterwideNetworkPolicy</c> (cilium.io/v2) and <c>NetworkPolicy</c>
/// (networking.k8s.io/v1) from YAML, JSON included. What it does not understand in full it refuses: a field is read, or named in an error.
/// </summary>
public static class PolicyReader
{
    private const string CiliumApi = "cilium.io/v2";
    private const string KubernetesApi = "networking.k8s.io/v1";

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
        var versionField = root.Required(fields, "apiVersion");
        if (versionField.Text() is not CiliumApi and not KubernetesApi)
            throw versionField.Fail($"{Quoting.Quote(versionField.Text())} is not supported yet, expected {CiliumApi} or {KubernetesApi}");
        var kind = ReadKind(root.Required(fields, "kind"), versionField);
        var metadata = MetadataReader.Read(root.Required(fields, "metadata"), kind);
        return new NetworkPolicy
        {
            Key = metadata.Key,
            Labels = metadata.Labels,
            Annotations = metadata.Annotations,
            Specs = kind == PolicyKind.NetworkPolicy
                ? [ReadKubernetesSpec(root, fields, metadata.Key.Namespace)]
                : ReadSpecs(root, fields, metadata.Key.Namespace),
            SourceYaml = source,
        };
    }

    private static PolicySpec[] ReadSpecs(YamlField root, Dictionary<string, YamlField> fields, string? policyNamespace)
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
        return specs.Count > 0 ? [.. specs] : throw root.Fail("has neither a spec nor specs");
    }

    private static PolicySpec ReadKubernetesSpec(YamlField root, Dictionary<string, YamlField> fields, string? policyNamespace) =>
        fields.TryGetValue("specs", out var specs)
            ? throw specs.Fail("unknown field")
            : new KubernetesReader(policyNamespace).Read(root.Required(fields, "spec"));

    private static PolicyKind ReadKind(YamlField field, YamlField versionField)
    {
        var (kind, version) = field.Text() switch
        {
            "CiliumNetworkPolicy" => (PolicyKind.CiliumNetworkPolicy, CiliumApi),
            "CiliumClusterwideNetworkPolicy" => (PolicyKind.CiliumClusterwideNetworkPolicy, CiliumApi),
            "NetworkPolicy" => (PolicyKind.NetworkPolicy, KubernetesApi),
            var other => throw field.Fail(
                $"{Quoting.Quote(other)} is not supported yet, expected CiliumNetworkPolicy, CiliumClusterwideNetworkPolicy or NetworkPolicy"),
        };
        return versionField.Text() == version
            ? kind
            : throw versionField.Fail($"{Quoting.Quote(versionField.Text())} does not go with this kind, expected {version}");
    }
}
