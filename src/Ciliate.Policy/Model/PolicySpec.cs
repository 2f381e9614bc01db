namespace Ciliate.Policy;

/// <summary>A <c>spec</c>, or one element of <c>specs</c>.</summary>
/// <param name="Index">Place in <c>specs</c>, or <see cref="RuleReference.SingleSpec"/>.</param>
/// <param name="EndpointSelector">Who the rules apply to; already scoped to the policy's namespace.</param>
public sealed record PolicySpec(
    int Index,
    string? Description,
    LabelSelector EndpointSelector,
    DirectionRules Ingress,
    DirectionRules Egress)
{
    public DirectionRules Rules(TrafficDirection direction) => direction == TrafficDirection.Ingress ? Ingress : Egress;
}

/// <summary>What a spec says of one direction.</summary>
/// <param name="DefaultDeny">What no rule of any policy allows is denied, to the endpoints that the spec selects.</param>
public sealed record DirectionRules(bool DefaultDeny, IReadOnlyList<PolicyRule> Allow, IReadOnlyList<PolicyRule> Deny)
{
    /// <summary>Says nothing of the direction.</summary>
    public static readonly DirectionRules None = new(false, [], []);

    public int Count => Allow.Count + Deny.Count;

    public bool IsSilent => !DefaultDeny && Count == 0;
}
