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

    /// <summary>Which kind of verdict it is: the denial that comes first on the packet's way, or else the allowance that says most.</summary>
    public static Outcome OutcomeOf(IReadOnlyList<WrittenPolicy> policies, Packet packet)
    {
        var egress = packet.Source.IsContainer ? OutcomeOf(policies, packet, packet.Source, packet.Destination, ingress: false) : Outcome.NotEnforced;
        var ingress = packet.Destination.IsContainer ? OutcomeOf(policies, packet, packet.Destination, packet.Source, ingress: true) : Outcome.NotEnforced;
        if (!IsAllowance(egress))
            return egress;
        return !IsAllowance(ingress) || egress == Outcome.NotEnforced ? ingress : egress;
    }

    private static bool Allows(IReadOnlyList<WrittenPolicy> policies, Packet packet, Party subject, Party peer, bool ingress) =>
        IsAllowance(OutcomeOf(policies, packet, subject, peer, ingress));

    private static bool IsAllowance(Outcome outcome) => outcome is not (Outcome.DeniedByRule or Outcome.DeniedByDefault);

    private static Outcome OutcomeOf(IReadOnlyList<WrittenPolicy> policies, Packet packet, Party subject, Party peer, bool ingress)
    {
        var opinions = policies.SelectMany(policy => OpinionsOf(policy, packet, subject, peer, ingress)).ToArray();
        if (opinions.Contains(Opinion.Deny))
            return Outcome.DeniedByRule;
        if (!opinions.Contains(Opinion.Enforce))
            return Outcome.NotEnforced;
        if (opinions.Contains(Opinion.Allow))
            return Outcome.AllowedByRule;
        return opinions.Contains(Opinion.AllowHost) || (ingress && peer.Entity == "host") ? Outcome.HostAccess : Outcome.DeniedByDefault;
    }

    private static IEnumerable<Opinion> OpinionsOf(WrittenPolicy policy, Packet packet, Party subject, Party peer, bool ingress) => policy switch
    {
        CiliumPolicy cilium => cilium.Specs.SelectMany(spec => CiliumRules.OpinionsOf(cilium, spec, packet, subject, peer, ingress)),
        KubernetesPolicy kubernetes => KubernetesRules.OpinionsOf(kubernetes, packet, subject, peer, ingress),
        _ => throw new ArgumentException($"{policy.GetType()} is no policy"),
    };
}

/// <summary>Why a packet passes or does not.</summary>
public enum Outcome
{
    /// <summary>No policy denies what it does not allow.</summary>
    NotEnforced,
    AllowedByRule,

    /// <summary>The host may reach its own containers, and by Kubernetes' policies they the host.</summary>
    HostAccess,
    DeniedByRule,
    DeniedByDefault,
}

/// <summary>What one rule, or one spec, contributes.</summary>
internal enum Opinion
{
    Allow,
    Deny,

    /// <summary>Nobody wrote it.</summary>
    AllowHost,

    /// <summary>What nothing allows is denied.</summary>
    Enforce,
}
