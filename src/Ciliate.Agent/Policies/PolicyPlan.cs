using Ciliate.Policy;

namespace Ciliate.Agent.Policies;

/// <summary>A change of the policies, worked out and not made yet.</summary>
/// <param name="Written">Those whose text is to be stored.</param>
internal sealed record PolicyPlan(PolicyState Next, PolicyOutcome Outcome, IReadOnlyList<NetworkPolicy> Written)
{
    /// <summary>Nothing would be other than it is.</summary>
    public bool IsEmpty => Outcome is { Created: [], Changed: [], Deleted: [] };

    /// <summary>Those with the same names give way. What is there already in the same words is no change.</summary>
    /// <exception cref="AgentException">A policy that would change is one that the agent follows.</exception>
    public static PolicyPlan Apply(PolicyState before, IReadOnlyList<PolicySubmission> submissions)
    {
        PolicyPlan plan = Make(before, submissions, [], followed: false);
        foreach (NetworkPolicy policy in plan.Written)
            RequireFree(before, policy.Key);
        return plan;
    }

    /// <exception cref="AgentException">There is no such policy, or it is one that the agent follows.</exception>
    public static PolicyPlan Delete(PolicyState before, PolicyKey key)
    {
        if (before.Policies.Find(key) is null)
            throw PolicyManager.Unknown(key);
        RequireFree(before, key);
        return Make(before, [], [key], followed: false);
    }

    /// <summary>What was followed and is no longer there goes; a policy of the same name that was applied by hand is followed from now on.</summary>
    /// <param name="files">All that the directory holds; null: none is followed.</param>
    /// <exception cref="AgentException">Nothing is there any more. A volume that is not mounted looks like that, and all would be open.</exception>
    public static PolicyPlan Follow(PolicyState before, IReadOnlyList<PolicySubmission>? files)
    {
        HashSet<PolicyKey> present = [.. (files ?? []).Select(file => file.Policy.Key)];
        PolicyKey[] gone = [.. before.Origins.Where(pair => pair.Value.Followed && !present.Contains(pair.Key)).Select(pair => pair.Key)];
        if (files is [] && gone.Length > 0)
        {
            throw AgentException.Invalid(
                $"policy-directory: it holds no policy any more, and {gone.Length} came from there; bring its files back, or start the agent with policy-directory none to do without them");
        }

        return Make(before, files ?? [], gone, followed: true);
    }

    private static PolicyPlan Make(PolicyState before, IReadOnlyList<PolicySubmission> submissions, PolicyKey[] gone, bool followed)
    {
        // By whether it changes one that is there; null: there is none of that name.
        ILookup<bool?, PolicySubmission> sorted = submissions.ToLookup(submission => IsChange(before, submission, followed));
        PolicySubmission[] effective = [.. sorted[null], .. sorted[true]];
        NetworkPolicy[] written = [.. effective.Select(submission => submission.Policy)];
        PolicySet policies = effective.Length + gone.Length == 0 ? before.Policies : before.Policies.Change(written, gone);
        var next = new PolicyState(policies, before.Origins.RemoveRange(gone).SetItems(effective.Select(submission =>
            KeyValuePair.Create(submission.Policy.Key, new PolicyOrigin(submission.File, policies.Revision, followed)))));
        return new PolicyPlan(
            next, new PolicyOutcome(policies.Revision, Keys(sorted[null]), Keys(sorted[true]), Keys(sorted[false]), gone, []), written);
    }

    private static bool? IsChange(PolicyState before, PolicySubmission submission, bool followed)
    {
        PolicyKey key = submission.Policy.Key;
        if (before.Policies.Find(key) is not { } known)
            return null;
        PolicyOrigin origin = before.Origins[key];
        return known.SourceYaml != submission.Policy.SourceYaml || (followed && (!origin.Followed || origin.File != submission.File));
    }

    private static void RequireFree(PolicyState before, PolicyKey key)
    {
        if (before.Origins.GetValueOrDefault(key) is { Followed: true } origin)
            throw AgentException.Conflict($"policy '{key}' comes from {origin.File}, which the agent follows; change that file");
    }

    private static PolicyKey[] Keys(IEnumerable<PolicySubmission> submissions) =>
        [.. submissions.Select(submission => submission.Policy.Key).Order()];
}
