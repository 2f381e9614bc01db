namespace Ciliate.Oracle;

/// <summary>What Cilium's and Kubernetes' documents say about a packet, looked up rule by rule, as slowly and as plainly as it can be said.</summary>
public static class Judge
{
    /// <summary>A container's egress and a container's ingress both have to let the packet pass.</summary>
    public static bool Allows(IReadOnlyList<WrittenPolicy> policies, Packet packet) =>
        AllowsEgress(policies, packet) && AllowsIngress(policies, packet);

    public static bool AllowsEgress(IReadOnlyList<WrittenPolicy> policies, Packet packet) =>
        !packet.Source.IsContainer || Allows(policies, packet, packet.Source, packet.Destination, ingress: false);

    public static bool AllowsIngress(IReadOnlyList<WrittenPolicy> policies, Packet packet) =>
        !packet.Destination.IsContainer || Allows(policies, packet, packet.Destination, packet.Source, ingress: true);

    private static bool Allows(IReadOnlyList<WrittenPolicy> policies, Packet packet, Party subject, Party peer, bool ingress)
    {
        var opinions = policies.SelectMany(policy => OpinionsOf(policy, packet, subject, peer, ingress)).ToArray();
        if (opinions.Contains(Opinion.Deny))
            return false;
        if (!opinions.Contains(Opinion.Enforce))
            return true;
        if (ingress && peer.Entity == "host")
            return true;
        return opinions.Contains(Opinion.Allow);
    }

    private static IEnumerable<Opinion> OpinionsOf(WrittenPolicy policy, Packet packet, Party subject, Party peer, bool ingress) => policy switch
    {
        CiliumPolicy cilium => cilium.Specs.SelectMany(spec => CiliumRules.OpinionsOf(cilium, spec, packet, subject, peer, ingress)),
        KubernetesPolicy kubernetes => KubernetesRules.OpinionsOf(kubernetes, packet, subject, peer, ingress),
        _ => throw new ArgumentException($"{policy.GetType()} is no policy"),
    };
}

/// <summary>What one rule, or one spec, contributes.</summary>
internal enum Opinion
{
    Allow,
    Deny,

    /// <summary>What nothing allows is denied.</summary>
    Enforce,
}
