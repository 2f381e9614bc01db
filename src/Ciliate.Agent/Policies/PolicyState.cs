using System.Collections.Immutable;
using Ciliate.Api;
using Ciliate.Policy;

namespace Ciliate.Agent.Policies;

/// <summary>Where a policy came from.</summary>
/// <param name="File">As the one who applied it called it.</param>
/// <param name="Revision">The one that brought it in its present form.</param>
/// <param name="Followed">The file lies in the directory that the agent follows: it alone changes the policy.</param>
public sealed record PolicyOrigin(string File, long Revision, bool Followed = false);

/// <summary>A policy that someone wants to have in force.</summary>
public sealed record PolicySubmission(NetworkPolicy Policy, string File)
{
    /// <summary>All that the files hold.</summary>
    /// <exception cref="PolicyException">A file is not valid.</exception>
    /// <exception cref="AgentException">A policy is there twice, or says nothing.</exception>
    public static IReadOnlyList<PolicySubmission> Read(IEnumerable<PolicyFile> files)
    {
        var submissions = new Dictionary<PolicyKey, PolicySubmission>();
        foreach (PolicyFile file in files)
        {
            foreach (NetworkPolicy policy in PolicyReader.Read(file.Yaml, file.File))
            {
                RequireRules(policy, file.File);
                RefuseAudit(policy, file.File);
                if (!submissions.TryAdd(policy.Key, new PolicySubmission(policy, file.File)))
                    throw AgentException.Invalid($"{file.File}: policy '{policy.Key}' is in {submissions[policy.Key].File} already; give it once");
            }
        }

        return [.. submissions.Values];
    }

    /// <summary>Who asks for a policy that is only watched must not get one that is enforced.</summary>
    private static void RefuseAudit(NetworkPolicy policy, string file)
    {
        const string audit = "ciliate.io/audit";
        if (policy.Annotations.TryGetValue(audit, out string? value) && value != "false")
        {
            throw AgentException.Invalid(
                $"{file}: policy '{policy.Key}': annotation {audit} \"{value}\" is not supported yet, and the policy would be enforced; take it out, or try the policy by --dry-run");
        }
    }

    /// <summary>As Cilium: whoever writes <c>ingress: []</c> mostly means to deny all, and it would enforce nothing.</summary>
    private static void RequireRules(NetworkPolicy policy, string file)
    {
        if (policy.Key.Kind != PolicyKind.NetworkPolicy && policy.Specs.Any(spec => spec.Ingress.Count + spec.Egress.Count == 0))
        {
            throw AgentException.Invalid(
                $"{file}: policy '{policy.Key}' has a spec without a rule in ingress, ingressDeny, egress or egressDeny; to deny all, write one that allows nothing: \"ingress: [{{}}]\"");
        }
    }
}

/// <summary>All policies at one revision.</summary>
public sealed record PolicyState(PolicySet Policies, ImmutableSortedDictionary<PolicyKey, PolicyOrigin> Origins)
{
    public static PolicyState Empty { get; } = new(PolicySet.Empty, ImmutableSortedDictionary<PolicyKey, PolicyOrigin>.Empty);

    public long Revision => Policies.Revision;
}

/// <summary>What a change did.</summary>
/// <param name="Regenerated">Ids of the endpoints that run a new generation.</param>
public sealed record PolicyOutcome(
    long Revision, IReadOnlyList<PolicyKey> Created, IReadOnlyList<PolicyKey> Changed, IReadOnlyList<PolicyKey> Unchanged,
    IReadOnlyList<PolicyKey> Deleted, IReadOnlyList<ushort> Regenerated);
