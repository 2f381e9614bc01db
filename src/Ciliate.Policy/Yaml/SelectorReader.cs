namespace Ciliate.Policy;

/// <summary>Reads label selectors and ties them to the policy's namespace, where it has one.</summary>
/// <param name="isKubernetes">Whether keys are Kubernetes' own, that have no source and so never mean a <c>reserved:</c> label.</param>
internal sealed class SelectorReader(string? policyNamespace, bool isKubernetes)
{
    private const string NamespaceKey = "io.kubernetes.pod.namespace";
    private const string NamespaceLabelsPrefix = "io.cilium.k8s.namespace.labels.";

    /// <summary>A selector of the endpoints that a policy is for: always in the policy's namespace.</summary>
    public LabelSelector ReadSubject(YamlField field)
    {
        var selector = new LabelSelector(ReadRequirements(field, checkNamespace: true));
        return policyNamespace is null ? selector : selector.With(InNamespace(policyNamespace));
    }

    /// <summary>A selector of peers: in the policy's namespace, unless it speaks of namespaces or of reserved labels itself.</summary>
    public LabelSelector ReadPeer(YamlField field)
    {
        var selector = new LabelSelector(ReadRequirements(field, checkNamespace: false));
        bool scoped = policyNamespace is null || selector.NamesReserved || selector.Requirements.Any(SpeaksOfNamespaces);
        return scoped ? selector : selector.With(InNamespace(policyNamespace!));
    }

    /// <summary>Every container of the policy's namespace.</summary>
    public LabelSelector Everything() =>
        policyNamespace is null ? LabelSelector.Everything : LabelSelector.Everything.With(InNamespace(policyNamespace));

    /// <summary>For Kubernetes: containers of the namespaces that one selector selects by their labels, of these those that the other selects. A container
    /// without a namespace is in none, also where the selector only says what its labels must not be.</summary>
    public static LabelSelector ReadAcrossNamespaces(YamlField namespaces, YamlField? pods)
    {
        var unscoped = new SelectorReader(null, isKubernetes: true);
        var selector = pods is { } field ? unscoped.ReadSubject(field) : LabelSelector.Everything;
        var inAny = selector.With(new SelectorRequirement(LabelSources.Kubernetes, NamespaceKey, SelectorOperator.Exists));
        return unscoped.ReadRequirements(namespaces, checkNamespace: false).Aggregate(inAny, (narrowed, requirement) => narrowed.With(new SelectorRequirement(
            LabelSources.Kubernetes, NamespaceLabelsPrefix + requirement.Key, requirement.Operator, requirement.Values)));
    }

    private static SelectorRequirement InNamespace(string name) =>
        new(LabelSources.Kubernetes, NamespaceKey, SelectorOperator.In, name);

    private static bool SpeaksOfNamespaces(SelectorRequirement requirement) =>
        requirement.Source is LabelSources.Any or LabelSources.Kubernetes
        && (requirement.Key == NamespaceKey || requirement.Key.StartsWith(NamespaceLabelsPrefix, StringComparison.Ordinal));

    private List<SelectorRequirement> ReadRequirements(YamlField field, bool checkNamespace)
    {
        var requirements = new List<SelectorRequirement>();
        var fields = field.Fields(["matchLabels", "matchExpressions"], []);
        if (fields.TryGetValue("matchLabels", out var labels))
        {
            foreach (var (name, value) in labels.Fields())
                requirements.Add(ReadLabel(name, value, checkNamespace));
        }
        if (fields.TryGetValue("matchExpressions", out var expressions))
        {
            foreach (var expression in expressions.Items())
                requirements.Add(ReadExpression(expression));
        }
        return requirements;
    }

    private SelectorRequirement ReadLabel(string name, YamlField field, bool checkNamespace)
    {
        var (source, key) = SplitKey(field, name);
        string value = ReadValue(field);
        var requirement = new SelectorRequirement(source, key, SelectorOperator.In, value);
        bool namesNamespace = key == NamespaceKey && SpeaksOfNamespaces(requirement);
        if (checkNamespace && policyNamespace is not null && namesNamespace && value != policyNamespace)
            throw field.Fail($"\"{value}\" is not the policy's namespace \"{policyNamespace}\", the only one it can select endpoints in");
        return requirement;
    }

    private SelectorRequirement ReadExpression(YamlField field)
    {
        var fields = field.Fields(["key", "operator", "values"], []);
        var keyField = field.Required(fields, "key");
        var (source, key) = SplitKey(keyField, keyField.Text());
        var operatorField = field.Required(fields, "operator");
        var op = ReadOperator(operatorField);
        var values = new List<string>();
        if (fields.TryGetValue("values", out var list))
        {
            foreach (var item in list.Items())
                values.Add(ReadValue(item));
        }
        if (SelectorRequirement.TakesValues(op) && values.Count == 0)
            throw operatorField.Fail($"{op} needs at least one of values");
        if (!SelectorRequirement.TakesValues(op) && values.Count > 0)
            throw operatorField.Fail($"{op} takes no values");
        return new SelectorRequirement(source, key, op, values);
    }

    private static SelectorOperator ReadOperator(YamlField field) => field.Text() switch
    {
        "In" => SelectorOperator.In,
        "NotIn" => SelectorOperator.NotIn,
        "Exists" => SelectorOperator.Exists,
        "DoesNotExist" => SelectorOperator.DoesNotExist,
        var other => throw field.Fail($"{Quoting.Quote(other)} is not an operator (In, NotIn, Exists, DoesNotExist)"),
    };

    private (string Source, string Key) SplitKey(YamlField field, string name)
    {
        if (isKubernetes)
            return LabelSyntax.CheckQualifiedName(name) is { } bad ? throw field.Fail($"{Quoting.Quote(name)} is no key of Kubernetes: {bad}") : (LabelSources.Any, name);
        string? wrong = LabelSyntax.SplitKey(name, LabelSources.Any, out string source, out string key);
        return wrong is null ? (source, key) : throw field.Fail(wrong);
    }

    private static string ReadValue(YamlField field)
    {
        string value = field.Text();
        return LabelSyntax.CheckValue(value) is { } wrong ? throw field.Fail($"{Quoting.Quote(value)}: {wrong}") : value;
    }
}
