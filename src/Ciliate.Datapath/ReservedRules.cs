namespace Ciliate.Datapath;

/// <summary>Rule ids that stand for the house's own decisions. Ids of written rules start at <see cref="FirstPolicyRule"/>.</summary>
public static class ReservedRules
{
    public const uint None = 0;

    /// <summary>No policy selects the endpoint for this direction.</summary>
    public const uint NotEnforced = 1;

    /// <summary>A policy selects the endpoint for this direction and none of its rules allows the packet.</summary>
    public const uint DefaultDeny = 2;

    /// <summary>The host may reach its own containers (agent option <c>allow-host-ingress</c>), and these the host if Kubernetes' policies alone
    /// would deny it.</summary>
    public const uint HostAccess = 3;

    /// <summary>Policies select the endpoint for this direction without a default denial, and none of their rules denies the packet.</summary>
    public const uint DefaultAllow = 4;

    public const uint FirstPolicyRule = 16;
}
