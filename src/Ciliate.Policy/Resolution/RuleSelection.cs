namespace Ciliate.Policy;

/// <summary>The rules that apply to endpoints with one set of labels.</summary>
internal sealed class RuleSelection
{
    private readonly (NetworkPolicy Policy, PolicySpec Spec)[] _selecting;
    private readonly DirectionSelection _ingress;
    private readonly DirectionSelection _egress;

    private RuleSelection((NetworkPolicy Policy, PolicySpec Spec)[] selecting)
    {
        _selecting = selecting;
        _ingress = Of(selecting, TrafficDirection.Ingress);
        _egress = Of(selecting, TrafficDirection.Egress);
    }

    public DirectionSelection Of(TrafficDirection direction) => direction == TrafficDirection.Ingress ? _ingress : _egress;

    public static RuleSelection Of(IReadOnlyCollection<NetworkPolicy> policies, LabelSet endpointLabels) =>
        new([.. Selecting(policies, endpointLabels)]);

    /// <summary>The selection by other policies: itself when they select these labels alike.</summary>
    /// <param name="keys">Of all that went, changed or came.</param>
    /// <param name="put">Those that changed or came.</param>
    /// <param name="endpointLabels">The same as ever.</param>
    public RuleSelection Change(HashSet<PolicyKey> keys, NetworkPolicy[] put, LabelSet endpointLabels)
    {
        var added = Selecting(put, endpointLabels);
        return added.Count == 0 && !Array.Exists(_selecting, pair => keys.Contains(pair.Policy.Key))
            ? this
            : new RuleSelection([.. _selecting.Where(pair => !keys.Contains(pair.Policy.Key)), .. added]);
    }

    private static List<(NetworkPolicy Policy, PolicySpec Spec)> Selecting(IEnumerable<NetworkPolicy> policies, LabelSet endpointLabels)
    {
        var selecting = new List<(NetworkPolicy, PolicySpec)>();
        foreach (var policy in policies)
        {
            foreach (var spec in policy.Specs)
            {
                if (spec.EndpointSelector.Matches(endpointLabels))
                    selecting.Add((policy, spec));
            }
        }
        return selecting;
    }

    private static DirectionSelection Of((NetworkPolicy Policy, PolicySpec Spec)[] selecting, TrafficDirection direction)
    {
        CandidateRule[] rules = [.. selecting.SelectMany(pair => pair.Policy.Rules(pair.Spec, direction))];
        Array.Sort(rules, static (a, b) => Order(a.Reference, b.Reference));
        return new DirectionSelection(
            selecting.Any(pair => !pair.Spec.Rules(direction).IsSilent),
            selecting.Any(pair => pair.Spec.Rules(direction).DefaultDeny),
            selecting.Any(pair => pair.Policy.Key.Kind == PolicyKind.NetworkPolicy && pair.Spec.Rules(direction).DefaultDeny),
            rules);
    }

    /// <summary>Rules that deny come before all others: of two rules that ask for the same entry the first gets it.</summary>
    private static int Order(RuleReference a, RuleReference b)
    {
        int order = b.Deny.CompareTo(a.Deny);
        return order != 0 ? order : a.CompareTo(b);
    }
}

/// <param name="Enforced">A spec that selects the endpoint speaks of the direction.</param>
/// <param name="DefaultDeny">One of them enforces it: what no rule allows is denied.</param>
/// <param name="ByKubernetes">One of these is Kubernetes' <c>NetworkPolicy</c>, to which the container's own node is always allowed.</param>
/// <param name="Rules">Those that deny, then those that allow; both in the order of their references.</param>
internal sealed record DirectionSelection(bool Enforced, bool DefaultDeny, bool ByKubernetes, CandidateRule[] Rules);
