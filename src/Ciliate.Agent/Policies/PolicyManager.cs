using Ciliate.Agent.Control;
using Ciliate.Agent.Identities;
using Ciliate.Agent.State;
using Ciliate.Datapath;
using Ciliate.Policy;

namespace Ciliate.Agent.Policies;

/// <summary>All policies, stored and in force. Written from the control loop only; <see cref="Current"/> is read by anyone.</summary>
public sealed class PolicyManager(StateStore store, RuleCatalog rules, PolicyDistributor distributor, NamedPrefixes prefixes, Func<Undo> beginChange)
{
    private readonly HashSet<string> _unnamedFiles = [];
    private PolicyState _current = PolicyState.Empty;

    public PolicyState Current => Volatile.Read(ref _current);

    /// <summary>Told after each change, on the control loop.</summary>
    public event Action<PolicyState, PolicyOutcome>? Changed;

    /// <summary>Told, on the control loop, when a change is in force and what it replaced could not be removed: <see cref="CleanUp"/> is
    /// still to be done.</summary>
    public event Action<Exception>? CleanUpFailed;

    /// <summary>Reads what is stored; nothing is published yet.</summary>
    /// <exception cref="StateException">A file is not valid.</exception>
    /// <exception cref="FormatException">What is known of rules or origins contradicts itself.</exception>
    public void Load()
    {
        if (store.ReadPolicyIndex() is { } stored)
            Load(stored);
        else
            WriteIndex(PolicyState.Empty); // From now on a missing index is one that was lost.
    }

    /// <summary>Takes over what the followed files say now, after <see cref="Load()"/>; nothing is published yet.</summary>
    /// <param name="files">All that the directory holds; null: none is followed.</param>
    /// <exception cref="AgentException">Nothing is there any more.</exception>
    public PolicyOutcome TakeOver(IReadOnlyList<PolicySubmission>? files)
    {
        var plan = PolicyPlan.Follow(_current, files);
        if (plan.IsEmpty)
            return plan.Outcome;
        using Undo undo = beginChange();
        NumberRules(plan.Next, undo);
        Store(plan.Next, plan.Written, undo);
        undo.Commit();
        Finish(plan.Next, plan.Outcome);
        return plan.Outcome;
    }

    private void Load(StoredPolicies stored)
    {
        rules.Load(stored.NextRule, stored.Rules);
        Dictionary<PolicyKey, PolicyOrigin> origins = stored.Origins.ToDictionary(
            origin => origin.Key(), origin => new PolicyOrigin(origin.File, origin.Revision, origin.Followed));
        var policies = PolicySet.Create(origins.Select(pair => Read(pair.Key, pair.Value.Revision)), stored.Revision);
        rules.Follow(policies);
        var state = new PolicyState(policies, PolicyState.Empty.Origins.AddRange(origins));
        _unnamedFiles.UnionWith(store.PolicyPaths().Except(PathsOf(state, origins.Keys)));
        Volatile.Write(ref _current, state);
    }

    /// <summary>Puts policies in force, all or none; those with the same names give way. Returns when every endpoint that is concerned
    /// runs its new generation. What is there already in the same words changes nothing.</summary>
    /// <exception cref="AgentException">A policy that would change is one that the agent follows.</exception>
    public PolicyOutcome Apply(IReadOnlyList<PolicySubmission> submissions) => Change(PolicyPlan.Apply(_current, submissions));

    /// <exception cref="AgentException">There is no such policy, or it is one that the agent follows.</exception>
    public PolicyOutcome Delete(PolicyKey key) => Change(PolicyPlan.Delete(_current, key));

    /// <summary>Puts in force what the followed files say, and takes away what they said before: one change.</summary>
    /// <param name="files">All that the directory holds.</param>
    /// <exception cref="AgentException">Nothing is there any more.</exception>
    public PolicyOutcome Follow(IReadOnlyList<PolicySubmission> files) => Change(PolicyPlan.Follow(_current, files));

    /// <summary>Removes what changes have left: files of policies that are no more or are others now, and prefixes that none names. Safe to repeat.</summary>
    public void CleanUp()
    {
        prefixes.Retire(_current.Policies);
        if (store.Owes(store.PolicyIndexPath))
            return;
        store.DeletePolicies(_unnamedFiles);
        _unnamedFiles.Clear();
    }

    /// <summary>Of the files that hold them.</summary>
    public IEnumerable<string> Paths => PathsOf(_current, _current.Origins.Keys).Append(store.PolicyIndexPath);

    /// <summary>Writes the files again that somebody took away.</summary>
    /// <param name="present">Paths of those that are there.</param>
    /// <exception cref="AgentException">The disk does not take them.</exception>
    public void StoreAgain(IReadOnlySet<string> present)
    {
        foreach ((PolicyKey key, PolicyOrigin origin) in _current.Origins)
        {
            if (present.Contains(store.PolicyPath(key, origin.Revision)))
                continue;
            using StagedState text = store.StagePolicy(key, origin.Revision, _current.Policies.Find(key)!.SourceYaml);
            text.Place();
        }

        store.SyncPolicies();
        if (!present.Contains(store.PolicyIndexPath))
            WriteIndex(_current);
    }

    public static AgentException Unknown(PolicyKey key) =>
        AgentException.NotFound($"there is no policy '{key}'; ciliate policy list shows those that are");

    /// <summary>Brings the policies to the disk, then to the kernel. Nothing is stored before it is known to fit: what the agent cannot put in force
    /// it must not find at its next start.</summary>
    private PolicyOutcome Change(PolicyPlan plan)
    {
        if (plan.IsEmpty)
            return plan.Outcome;
        using Undo undo = beginChange();
        NumberRules(plan.Next, undo);
        IReadOnlyList<IdentityRow> named = prefixes.Number(plan.Next.Policies, undo);
        PolicyDistributor.CompiledTables tables = distributor.Compile(plan.Next.Policies);
        Store(plan.Next, plan.Written, undo);
        prefixes.Introduce(named, _current.Policies, undo);
        PolicyOutcome outcome = plan.Outcome with { Regenerated = distributor.Apply(tables, undo) };
        undo.Commit();
        Finish(plan.Next, outcome);
        TryCleanUp();
        return outcome;
    }

    private void NumberRules(PolicyState next, Undo undo)
    {
        PolicyState before = _current;
        undo.Add("number the rules", () => rules.Follow(before.Policies));
        rules.Follow(next.Policies);
    }

    private void Finish(PolicyState next, PolicyOutcome outcome)
    {
        _unnamedFiles.UnionWith(PathsOf(_current, [.. outcome.Deleted, .. outcome.Changed]));
        // A crash may have left a file of the very revision that came now.
        _unnamedFiles.ExceptWith(PathsOf(next, [.. outcome.Created, .. outcome.Changed]));
        Volatile.Write(ref _current, next);
        Changed?.Invoke(next, outcome);
    }

    private void TryCleanUp()
    {
        try
        {
            CleanUp();
        }
        catch (Exception error) when (error is AgentException or DatapathException)
        {
            CleanUpFailed?.Invoke(error);
        }
    }

    /// <summary>The texts, and then the index, which is the commit on disk. Nothing takes its place before all of it is there: a disk that is full
    /// refuses the change while everything is as it was.</summary>
    private void Store(PolicyState next, IReadOnlyList<NetworkPolicy> written, Undo undo)
    {
        PolicyState before = _current;
        var texts = new List<StagedState>();
        try
        {
            foreach (NetworkPolicy policy in written)
                texts.Add(store.StagePolicy(policy.Key, next.Revision, policy.SourceYaml));
            using StagedState index = StageIndex(next);
            Place(texts, [.. written.Select(policy => store.PolicyPath(policy.Key, next.Revision))], undo);
            undo.Add("write the policy index", () => store.TakeBack(store.PolicyIndexPath, () => WriteIndex(before)));
            index.Replace();
        }
        finally
        {
            texts.ForEach(text => text.Dispose());
        }
    }

    private void Place(IReadOnlyCollection<StagedState> texts, string[] paths, Undo undo)
    {
        if (paths.Length == 0)
            return;
        undo.Add("write policies", () => Drop(paths));
        foreach (StagedState text in texts)
            text.Place();
        store.SyncPolicies();
    }

    /// <summary>Texts of a change that was refused. As long as the index on disk names them they stay.</summary>
    private void Drop(string[] paths)
    {
        if (store.Owes(store.PolicyIndexPath))
            _unnamedFiles.UnionWith(paths);
        else
            store.DeletePolicies(paths);
    }

    private IEnumerable<string> PathsOf(PolicyState state, IEnumerable<PolicyKey> keys) =>
        keys.Select(key => store.PolicyPath(key, state.Origins[key].Revision));

    private void WriteIndex(PolicyState state)
    {
        using StagedState index = StageIndex(state);
        index.Replace();
    }

    // Numbers of rules are on disk before the kernel knows them: after a crash no flow is named after another rule.
    private StagedState StageIndex(PolicyState state)
    {
        rules.Follow(state.Policies);
        (uint nextRule, IReadOnlyList<StoredRule> stored) = rules.Save();
        return store.StagePolicyIndex(new StoredPolicies(
            state.Revision,
            nextRule,
            [.. state.Origins.Select(pair => Stored(pair.Key, pair.Value))],
            stored));
    }

    private static StoredOrigin Stored(PolicyKey key, PolicyOrigin origin) => new(
        key.Name, origin.File, origin.Revision, key.Namespace,
        key.Kind == PolicyKind.CiliumNetworkPolicy ? null : key.Kind.ToString(), origin.Followed);

    private NetworkPolicy Read(PolicyKey key, long revision)
    {
        string path = store.PolicyPath(key, revision);
        try
        {
            IReadOnlyList<NetworkPolicy> read = PolicyReader.Read(store.ReadPolicy(key, revision), Path.GetFileName(path));
            NetworkPolicy policy = read.Count == 1 ? read[0] : throw StateStore.Invalid(path, $"it holds {read.Count} policies");
            return policy.Key == key ? policy : throw StateStore.Invalid(path, $"it holds policy '{policy.Key}'");
        }
        catch (PolicyException error)
        {
            throw StateStore.Invalid(path, error.Message, error);
        }
    }
}
