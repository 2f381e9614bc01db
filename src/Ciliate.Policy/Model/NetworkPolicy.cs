using System.Collections.ObjectModel;
using System.Net;
using System.Text;

namespace Ciliate.Policy;

/// <summary>A policy of any <see cref="PolicyKind"/>, immutable.</summary>
public sealed class NetworkPolicy
{
    // Half of what a string takes: there may be tens of thousands.
    private readonly byte[] _sourceYaml = [];
    private IPNetwork[]? _namedPrefixes;

    public required PolicyKey Key { get; init; }

    public string? Namespace => Key.Namespace;

    public string Name => Key.Name;

    public IReadOnlyDictionary<string, string> Labels { get; init; } = ReadOnlyDictionary<string, string>.Empty;

    public IReadOnlyDictionary<string, string> Annotations { get; init; } = ReadOnlyDictionary<string, string>.Empty;

    public required IReadOnlyList<PolicySpec> Specs { get; init; }

    /// <summary>The YAML document as it was written; <see cref="PolicyReader"/> reads it back to the same policy.</summary>
    public required string SourceYaml
    {
        get => Encoding.UTF8.GetString(_sourceYaml);
        init => _sourceYaml = Encoding.UTF8.GetBytes(value);
    }

    /// <summary>All its rules in order, each with its name.</summary>
    public IEnumerable<CandidateRule> Rules() =>
        from spec in Specs
        from direction in new[] { TrafficDirection.Ingress, TrafficDirection.Egress }
        from rule in Rules(spec, direction)
        select rule;

    /// <summary>The prefixes that its rules name, exceptions included.</summary>
    internal IPNetwork[] NamedPrefixes => _namedPrefixes ??=
    [
        .. Rules().SelectMany(candidate => candidate.Rule.Peers ?? []).OfType<CidrSelector>().SelectMany(selector => selector.Prefixes).Distinct(),
    ];

    /// <summary>The rules of one direction of a spec of this policy: those that deny, then those that allow.</summary>
    internal IEnumerable<CandidateRule> Rules(PolicySpec spec, TrafficDirection direction)
    {
        string key = Key.ToString();
        var rules = spec.Rules(direction);
        return Named(rules.Deny, true).Concat(Named(rules.Allow, false));

        IEnumerable<CandidateRule> Named(IReadOnlyList<PolicyRule> list, bool deny) =>
            list.Select((rule, index) => new CandidateRule(new RuleReference(key, direction, spec.Index, index, deny), rule));
    }

    public override string ToString() => Key.ToString();
}
