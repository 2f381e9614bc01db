namespace Ciliate.Oracle;

/// <summary>Rules of Kubernetes' NetworkPolicy.</summary>
internal static class KubernetesRules
{
    private const string NamespaceLabels = "io.cilium.k8s.namespace.labels.";

    public static IEnumerable<Opinion> OpinionsOf(KubernetesPolicy policy, Packet packet, Party subject, Party peer, bool ingress)
    {
        if (!Selectors.SelectsSubject(policy.PodSelector, policy.Namespace, subject) || !Speaks(policy, ingress))
            yield break;
        yield return Opinion.Enforce;
        var owner = ingress ? subject : peer;
        if (((ingress ? policy.Ingress : policy.Egress) ?? []).Any(rule => Matches(rule, policy.Namespace, packet, peer, owner)))
            yield return Opinion.Allow;
        // Network Policies, "IP blocks": traffic to and from the node is always allowed. From it, the judge lets it pass whatever the policies.
        if (!ingress && peer.Entity == "host")
            yield return Opinion.AllowHost;
    }

    private static bool Speaks(KubernetesPolicy policy, bool ingress)
    {
        if (policy.PolicyTypes is { Count: > 0 } types)
            return types.Contains(ingress ? "Ingress" : "Egress");
        return ingress || policy.Egress is { Count: > 0 };
    }

    private static bool Matches(KubernetesRule rule, string? policyNamespace, Packet packet, Party peer, Party owner)
    {
        bool who = rule.Peers is not { Count: > 0 } peers || peers.Any(one => MatchesPeer(one, policyNamespace, peer));
        bool what = rule.Ports is not { Count: > 0 } ports || ports.Any(port => Ports.MatchesKubernetes(port, packet, owner));
        return who && what;
    }

    private static bool MatchesPeer(KubernetesPeer one, string? policyNamespace, Party peer)
    {
        if (one.IPBlock is { } block)
            return Blocks.Contains(block, peer);
        if (!peer.IsContainer)
            return false;
        if (one.NamespaceSelector is not { } namespaces)
            return Selectors.SelectsSubject(one.PodSelector!, policyNamespace, peer);
        return InNamespace(namespaces, peer) && (one.PodSelector is null || Selectors.SelectsSubject(one.PodSelector, null, peer));
    }

    /// <summary>The labels of its namespace are among the container's own, behind a prefix. Without a namespace it is in none.</summary>
    private static bool InNamespace(Selector namespaces, Party peer)
    {
        if (!peer.Labels.Any(label => label is { Source: "k8s", Key: Selectors.NamespaceKey }))
            return false;
        var labels = peer.Labels
            .Where(label => label.Source == "k8s" && label.Key.StartsWith(NamespaceLabels, StringComparison.Ordinal))
            .Select(label => label with { Key = label.Key[NamespaceLabels.Length..] });
        return Selectors.Holds(namespaces, [.. labels]);
    }
}
