using Ciliate.Agent.Control;
using Ciliate.Agent.State;
using Ciliate.Policy;

namespace Ciliate.Agent.Policies;

/// <summary>All policies, stored and in force. Written from the control loop only; <see cref="Current"/> is read by anyone.</summary>
public sealed class PolicyManager(StateStore store, RuleCatalog rules, PolicyDistributor distributor, Func<Undo> beginChange)
{
    private PolicyState _current = PolicyState.Empty;

    public PolicyState Current => Volatile.Read(ref _current);

    /// <summary>Told after each change, on the control loop.</summary>
    public event Action<PolicyState, PolicyOutcome>? Changed;

    /// <summary>Reads what is stored; nothing is published yet.</summary>
    /// <exception cref="StateException">A file is not valid.</exception>
    /// <exception cref="FormatException">What is known of rules or origins contradicts itself.</exception>
    public void Load()
    {
        StoredPolicies stored = store.ReadPolicyIndex();
        rules.Load(stored.NextRule, stored.Rules);
        var policies = PolicySet.Create(store.ReadPolicies().Select(file => Read(file.Path, file.Yaml)), stored.Revision);
        Dictionary<PolicyKey, PolicyOrigin> origins = stored.Origins.ToDictionary(
            origin => new PolicyKey(origin.Namespace, origin.Name), origin => new PolicyOrigin(origin.File, origin.Revision));
        var state = new PolicyState(policies, PolicyState.Empty.Origins.AddRange(policies.Select(policy =>
            KeyValuePair.Create(policy.Key, origins.GetValueOrDefault(policy.Key) ?? OriginOf(policy, stored.Revision)))));
        rules.Follow(policies);
        Volatile.Write(ref _current, state);
    }

    /// <summary>Puts policies in force, all or none; those with the same names give way. Returns when every endpoint that is concerned
    /// runs its new generation. What is there already in the same words changes nothing.</summary>
    public PolicyOutcome Apply(IReadOnlyList<PolicySubmission> submissions)
    {
        PolicyState before = _current;
        ILookup<bool?, PolicySubmission> sorted = submissions.ToLookup(submission => IsChange(before.Policies, submission.Policy));
        PolicySubmission[] effective = [.. sorted[null], .. sorted[true]];
        var outcome = new PolicyOutcome(before.Revision, Keys(sorted[null]), Keys(sorted[true]), Keys(sorted[false]), [], []);
        if (effective.Length == 0)
            return outcome;
        PolicySet next = before.Policies.Replace(effective.Select(submission => submission.Policy));
        var state = new PolicyState(next, before.Origins.SetItems(effective.Select(submission =>
            KeyValuePair.Create(submission.Policy.Key, new PolicyOrigin(submission.File, next.Revision)))));
        return Change(state, outcome, undo =>
        {
            foreach (PolicySubmission submission in effective)
                Write(submission.Policy, undo);
        });
    }

    /// <exception cref="AgentException">There is no such policy.</exception>
    public PolicyOutcome Delete(PolicyKey key)
    {
        NetworkPolicy policy = _current.Policies.Find(key) ?? throw Unknown(key);
        var state = new PolicyState(_current.Policies.Remove(key), _current.Origins.Remove(key));
        return Change(state, new PolicyOutcome(state.Revision, [], [], [], [key], []), undo =>
        {
            undo.Add($"delete policy {key}", () => store.WritePolicy(key, policy.SourceYaml));
            store.DeletePolicy(key);
        });
    }

    public static AgentException Unknown(PolicyKey key) =>
        AgentException.NotFound($"there is no policy '{key}'; ciliate policy list shows those that are");

    private PolicyOutcome Change(PolicyState next, PolicyOutcome outcome, Action<Undo> writeFiles)
    {
        PolicyState before = _current;
        using Undo undo = beginChange();
        undo.Add("write the policy index", () => WriteIndex(before));
        WriteIndex(next);
        writeFiles(undo);
        outcome = outcome with { Revision = next.Revision, Regenerated = distributor.Apply(next.Policies, undo) };
        undo.Commit();
        Volatile.Write(ref _current, next);
        Changed?.Invoke(next, outcome);
        return outcome;
    }

    // Numbers of rules are on disk before the kernel knows them: after a crash no flow is named after another rule.
    private void WriteIndex(PolicyState state)
    {
        rules.Follow(state.Policies);
        (uint nextRule, IReadOnlyList<StoredRule> stored) = rules.Save();
        store.WritePolicyIndex(new StoredPolicies(
            state.Revision,
            nextRule,
            [.. state.Origins.Select(pair => new StoredOrigin(pair.Key.Name, pair.Value.File, pair.Value.Revision, pair.Key.Namespace))],
            stored));
    }

    private void Write(NetworkPolicy policy, Undo undo)
    {
        NetworkPolicy? before = _current.Policies.Find(policy.Key);
        undo.Add($"write policy {policy.Key}", () =>
        {
            if (before is null)
                store.DeletePolicy(policy.Key);
            else
                store.WritePolicy(policy.Key, before.SourceYaml);
        });
        store.WritePolicy(policy.Key, policy.SourceYaml);
    }

    /// <summary>Null: there is no policy of that name yet.</summary>
    private static bool? IsChange(PolicySet policies, NetworkPolicy policy) =>
        policies.Find(policy.Key) is { } present ? present.SourceYaml != policy.SourceYaml : null;

    private static PolicyKey[] Keys(IEnumerable<PolicySubmission> submissions) =>
        [.. submissions.Select(submission => submission.Policy.Key).Order()];

    // A crash between the writing of the index and that of the policy.
    private PolicyOrigin OriginOf(NetworkPolicy policy, long revision) => new(Path.GetFileName(store.PolicyPath(policy.Key)), revision);

    private NetworkPolicy Read(string path, string yaml)
    {
        NetworkPolicy policy;
        try
        {
            IReadOnlyList<NetworkPolicy> read = PolicyReader.Read(yaml, Path.GetFileName(path));
            policy = read.Count == 1 ? read[0] : throw StateStore.Invalid(path, $"it holds {read.Count} policies");
        }
        catch (PolicyException error)
        {
            throw StateStore.Invalid(path, error.Message, error);
        }

        return path == store.PolicyPath(policy.Key) ? policy : throw StateStore.Invalid(path, $"it holds policy '{policy.Key}'");
    }
}
