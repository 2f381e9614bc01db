namespace Ciliate.Policy;

/// <summary>The rules that apply to endpoints with one set of labels.</summary>
internal sealed class RuleSelection
{
    private readonly CandidateRule[] _ingress;
    private readonly CandidateRule[] _egress;

    private RuleSelection(CandidateRule[] ingress, CandidateRule[] egress)
    {
        _ingress = ingress;
        _egress = egress;
    }

    /// <summary>In the order of their references. None means that the direction is not enforced:
    /// a spec enforces a direction by having at least one rule for it.</summary>
    public CandidateRule[] Rules(TrafficDirection direction) => direction == TrafficDirection.Ingress ? _ingress : _egress;

    public static RuleSelection Of(IReadOnlyCollection<NetworkPolicy> policies, LabelSet endpointLabels)
    {
        var ingress = new List<CandidateRule>();
        var egress = new List<CandidateRule>();
        foreach (var policy in policies)
        {
            foreach (var spec in policy.Specs)
            {
                if (!spec.EndpointSelector.Matches(endpointLabels))
                    continue;
                Add(ingress, policy, spec, TrafficDirection.Ingress);
                Add(egress, policy, spec, TrafficDirection.Egress);
            }
        }
        return new RuleSelection(Sorted(ingress), Sorted(egress));
    }

    private static void Add(List<CandidateRule> to, NetworkPolicy policy, PolicySpec spec, TrafficDirection direction)
    {
        var rules = spec.Rules(direction);
        for (int i = 0; i < rules.Count; i++)
            to.Add(new CandidateRule(new RuleReference(policy.Key.ToString(), direction, spec.Index, i), rules[i]));
    }

    private static CandidateRule[] Sorted(List<CandidateRule> rules)
    {
        var sorted = rules.ToArray();
        Array.Sort(sorted, static (a, b) => a.Reference.CompareTo(b.Reference));
        return sorted;
    }
}
