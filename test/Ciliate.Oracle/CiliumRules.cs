namespace Ciliate.Oracle;

/// <summary>Rules of CiliumNetworkPolicy and CiliumClusterwideNetworkPolicy.</summary>
internal static class CiliumRules
{
    public static IEnumerable<Opinion> OpinionsOf(
        CiliumPolicy policy, CiliumSpec spec, Packet packet, Party subject, Party peer, bool ingress)
    {
        if (!Selectors.SelectsSubject(spec.EndpointSelector, policy.Namespace, subject))
            yield break;
        var allowing = (ingress ? spec.Ingress : spec.Egress) ?? [];
        var denying = (ingress ? spec.IngressDeny : spec.EgressDeny) ?? [];
        bool? written = ingress ? spec.DefaultDenyIngress : spec.DefaultDenyEgress;
        if (written ?? (allowing.Count > 0 || denying.Count > 0))
            yield return Opinion.Enforce;
        var owner = ingress ? subject : peer;
        if (allowing.Any(rule => Matches(rule, policy.Namespace, packet, peer, owner)))
            yield return Opinion.Allow;
        if (denying.Any(rule => Matches(rule, policy.Namespace, packet, peer, owner)))
            yield return Opinion.Deny;
    }

    /// <param name="owner">Whose port names are meant.</param>
    private static bool Matches(CiliumRule rule, string? policyNamespace, Packet packet, Party peer, Party owner)
    {
        bool saysWho = rule.Endpoints is not null || rule.Entities is not null || rule.Cidr is not null || rule.CidrSet is not null;
        bool saysWhat = rule.ToPorts is { Count: > 0 } || rule.Icmps is { Count: > 0 };
        if (!saysWho && !saysWhat)
            return false;
        if (saysWho && !MatchesPeer(rule, policyNamespace, peer))
            return false;
        if (!saysWhat)
            return true;
        return (rule.ToPorts ?? []).Any(element => (element ?? []).Any(port => Ports.MatchesCilium(port, packet, owner)))
            || (rule.Icmps ?? []).Any(element => element.Any(field => MatchesMessage(field, packet)));
    }

    private static bool MatchesPeer(CiliumRule rule, string? policyNamespace, Party peer) =>
        (rule.Endpoints ?? []).Any(selector => Selectors.SelectsPeer(selector, policyNamespace, peer))
        || (rule.Entities ?? []).Any(entity => IsEntity(entity, peer))
        || (rule.Cidr ?? []).Any(prefix => peer.Outside is { } address && prefix.Contains(address))
        || (rule.CidrSet ?? []).Any(block => Blocks.Contains(block, peer));

    private static bool IsEntity(string entity, Party peer) => entity switch
    {
        "all" => true,
        "none" => false,
        "world" => peer.Outside is not null,
        "world-ipv4" => peer.Outside?.GetAddressBytes().Length == 4,
        "world-ipv6" => peer.Outside?.GetAddressBytes().Length == 16,
        "cluster" => peer.Outside is null,
        _ => peer.Entity == entity,
    };

    private static bool MatchesMessage(IcmpField field, Packet packet) =>
        packet.Protocol == (field.Family == "IPv6" ? 58 : 1) && packet.Port == field.Type;
}
