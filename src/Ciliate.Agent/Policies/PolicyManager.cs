using Ciliate.Agent.Control;
using Ciliate.Agent.State;
using Ciliate.Policy;

namespace Ciliate.Agent.Policies;

/// <summary>All policies, stored and in force. Written from the control loop only; <see cref="Current"/> is read by anyone.</summary>
public sealed class PolicyManager(StateStore store, RuleCatalog rules, PolicyDistributor distributor, Func<Undo> beginChange)
{
    private PolicySet _current = PolicySet.Empty;

    public PolicySet Current => Volatile.Read(ref _current);

    /// <summary>Reads what is stored; nothing is published yet.</summary>
    /// <exception cref="StateException">A file is not valid.</exception>
    public void Load()
    {
        StoredRules stored = store.ReadRules();
        rules.Load(stored);
        NetworkPolicy[] policies = [.. store.ReadPolicies().Select(file => Read(file.Path, file.Yaml))];
        _current = PolicySet.Create(policies, stored.Revision);
        rules.Follow(_current);
    }

    /// <summary>Puts policies in force, all or none; those with the same names give way. Returns the new revision when every endpoint
    /// that is concerned runs its new generation.</summary>
    public (long Revision, int Published) Apply(IReadOnlyList<NetworkPolicy> policies)
    {
        PolicySet next = _current.Replace(policies);
        return Change(next, undo =>
        {
            foreach (NetworkPolicy policy in policies)
                Store(policy, undo);
        });
    }

    /// <exception cref="AgentException">There is no such policy.</exception>
    public (long Revision, int Published) Delete(PolicyKey key)
    {
        NetworkPolicy policy = _current.Find(key) ?? throw AgentException.NotFound($"there is no policy '{key}'");
        return Change(_current.Remove(key), undo =>
        {
            undo.Add($"delete policy {key}", () => store.WritePolicy(key, policy.SourceYaml));
            store.DeletePolicy(key);
        });
    }

    private (long Revision, int Published) Change(PolicySet next, Action<Undo> storeChange)
    {
        PolicySet before = _current;
        using Undo undo = beginChange();
        undo.Add("number rules", () => FollowRules(before));
        FollowRules(next);
        storeChange(undo);
        int published = distributor.Apply(next, undo);
        undo.Commit();
        Volatile.Write(ref _current, next);
        return (next.Revision, published);
    }

    // Numbers are on disk before the kernel knows them: after a crash a flow is not named after another rule.
    private void FollowRules(PolicySet policies)
    {
        rules.Follow(policies);
        store.WriteRules(rules.Save(policies.Revision));
    }

    private void Store(NetworkPolicy policy, Undo undo)
    {
        NetworkPolicy? before = _current.Find(policy.Key);
        undo.Add($"store policy {policy.Key}", () =>
        {
            if (before is null)
                store.DeletePolicy(policy.Key);
            else
                store.WritePolicy(policy.Key, before.SourceYaml);
        });
        store.WritePolicy(policy.Key, policy.SourceYaml);
    }

    private NetworkPolicy Read(string path, string yaml)
    {
        NetworkPolicy policy;
        try
        {
            IReadOnlyList<NetworkPolicy> read = PolicyReader.Read(yaml, path);
            policy = read.Count == 1 ? read[0] : throw StateStore.Invalid(path, $"it holds {read.Count} policies");
        }
        catch (PolicyException error)
        {
            throw StateStore.Invalid(path, error.Message, error);
        }

        return path == store.PolicyPath(policy.Key) ? policy : throw StateStore.Invalid(path, $"it holds policy '{policy.Key}'");
    }
}
