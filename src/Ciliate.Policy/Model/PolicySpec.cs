namespace Ciliate.Policy;

/// <summary>A <c>spec</c>, or one element of <c>specs</c>.</summary>
/// <param name="Index">Place in <c>specs</c>, or <see cref="RuleReference.SingleSpec"/>.</param>
/// <param name="EndpointSelector">Who the rules apply to; already scoped to the policy's namespace.</param>
/// <param name="Ingress">Empty or null: the direction is not enforced by this spec.</param>
/// <param name="Egress">Empty or null: the direction is not enforced by this spec.</param>
public sealed record PolicySpec(
    int Index,
    string? Description,
    LabelSelector EndpointSelector,
    IReadOnlyList<PolicyRule>? Ingress,
    IReadOnlyList<PolicyRule>? Egress)
{
    public IReadOnlyList<PolicyRule> Rules(TrafficDirection direction) =>
        (direction == TrafficDirection.Ingress ? Ingress : Egress) ?? [];
}
