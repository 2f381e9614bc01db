namespace Ciliate.Policy;

/// <summary>Names a rule, for people and for events. In order: written rules by policy and place, then reserved ones.</summary>
/// <param name="Policy"><c>name</c> or <c>namespace/name</c>.</param>
/// <param name="SpecIndex">Place in <c>specs</c>, or <see cref="SingleSpec"/>.</param>
/// <param name="RuleIndex">Place in its list.</param>
/// <param name="Deny">The list is <c>ingressDeny</c> or <c>egressDeny</c>, else <c>ingress</c> or <c>egress</c>.</param>
public sealed record RuleReference(string Policy, TrafficDirection Direction, int SpecIndex, int RuleIndex, bool Deny = false)
    : IComparable<RuleReference>
{
    /// <summary>Index of the <c>spec</c> that is not in a list.</summary>
    public const int SingleSpec = -1;

    private const int NoRule = -1;

    /// <summary>Not a written rule: the option that lets the host reach its own containers, or what Kubernetes' <c>NetworkPolicy</c> never
    /// denies: the way to the container's node.</summary>
    public static readonly RuleReference HostAccess = new("host-access", TrafficDirection.Ingress, SingleSpec, NoRule);

    /// <summary>Not a written rule: only policies that do not enforce a default denial select the endpoint, and none denies this.</summary>
    public static readonly RuleReference DefaultAllow = new("default-allow", TrafficDirection.Ingress, SingleSpec, NoRule);

    /// <summary>The house's own decision; no policy has this rule.</summary>
    public bool IsReserved => RuleIndex == NoRule;

    public int CompareTo(RuleReference? other)
    {
        if (other is null)
            return 1;
        int order = IsReserved.CompareTo(other.IsReserved);
        if (order == 0)
            order = string.CompareOrdinal(Policy, other.Policy);
        if (order == 0)
            order = Direction.CompareTo(other.Direction);
        if (order == 0)
            order = SpecIndex.CompareTo(other.SpecIndex);
        if (order == 0)
            order = other.Deny.CompareTo(Deny);
        return order != 0 ? order : RuleIndex.CompareTo(other.RuleIndex);
    }

    /// <summary><c>web/ingress[0]</c>, <c>ns/web/ingressDeny[0]</c>, <c>web/specs[1].ingress[0]</c>, or the reserved name alone.</summary>
    public override string ToString()
    {
        if (IsReserved)
            return Policy;
        string direction = Direction == TrafficDirection.Ingress ? "ingress" : "egress";
        string spec = SpecIndex == SingleSpec ? "" : $"specs[{SpecIndex}].";
        return $"{Policy}/{spec}{direction}{(Deny ? "Deny" : "")}[{RuleIndex}]";
    }

    public static bool operator <(RuleReference left, RuleReference right) => left.CompareTo(right) < 0;

    public static bool operator >(RuleReference left, RuleReference right) => left.CompareTo(right) > 0;

    public static bool operator <=(RuleReference left, RuleReference right) => left.CompareTo(right) <= 0;

    public static bool operator >=(RuleReference left, RuleReference right) => left.CompareTo(right) >= 0;
}
