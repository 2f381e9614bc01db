using System.Collections;
using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Net;

namespace Ciliate.Policy;

/// <summary>All policies at one revision, immutable: a change makes a new set. Iterates in the order of the keys. Thread-safe.</summary>
public sealed class PolicySet : IReadOnlyCollection<NetworkPolicy>
{
    public static readonly PolicySet Empty = new(ImmutableSortedDictionary<PolicyKey, NetworkPolicy>.Empty, 0);

    private readonly ImmutableSortedDictionary<PolicyKey, NetworkPolicy> _policies;

    // Endpoints that have the same labels are selected by the same rules.
    private readonly ConcurrentDictionary<LabelSet, RuleSelection> _selections = new();

    private readonly Difference? _difference;

    private IReadOnlyList<IPNetwork>? _namedPrefixes;

    private PolicySet(ImmutableSortedDictionary<PolicyKey, NetworkPolicy> policies, long revision, Difference? difference = null)
    {
        _policies = policies;
        Revision = revision;
        _difference = difference;
    }

    /// <summary>0 for the empty set; each change adds 1.</summary>
    public long Revision { get; }

    public int Count => _policies.Count;

    /// <summary>A set that goes on counting from a revision that was stored.</summary>
    public static PolicySet Create(IEnumerable<NetworkPolicy> policies, long revision) =>
        new(ImmutableSortedDictionary.CreateRange(policies.Select(ByKey)), revision);

    /// <exception cref="PolicyException">A policy with this name is there already.</exception>
    public PolicySet Add(NetworkPolicy policy) => _policies.ContainsKey(policy.Key)
        ? throw new PolicyException($"policy \"{policy.Key}\" exists already")
        : Change([policy], []);

    /// <summary>Puts all in at once, as one revision; those with the same keys give way.</summary>
    public PolicySet Replace(params IEnumerable<NetworkPolicy> policies) => Change(policies, []);

    /// <summary>Puts some in and takes others out, as one revision. Keys that are not there are none to take out.</summary>
    public PolicySet Change(IEnumerable<NetworkPolicy> put, IEnumerable<PolicyKey> removed)
    {
        NetworkPolicy[] written = [.. put];
        PolicyKey[] gone = [.. removed];
        return new PolicySet(
            _policies.RemoveRange(gone).SetItems(written.Select(ByKey)), Revision + 1,
            new Difference(_selections, [.. gone, .. written.Select(policy => policy.Key)], written));
    }

    /// <exception cref="PolicyException">There is no such policy.</exception>
    public PolicySet Remove(PolicyKey key) => _policies.ContainsKey(key)
        ? Change([], [key])
        : throw new PolicyException($"policy \"{key}\" does not exist");

    public NetworkPolicy? Find(PolicyKey key) => _policies.GetValueOrDefault(key);

    public IEnumerator<NetworkPolicy> GetEnumerator() => _policies.Values.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>The prefixes that rules name, exceptions included, each once: every one needs an identity.</summary>
    public IReadOnlyList<IPNetwork> NamedPrefixes() => _namedPrefixes ??=
    [
        .. this.SelectMany(policy => policy.NamedPrefixes)
            .Distinct()
            .Order(PrefixOrder.Instance),
    ];

    /// <summary>Stands for the rules that apply to endpoints with these labels: of two sets that yield the same object they are the same.</summary>
    public object RulesFor(LabelSet endpointLabels) => Select(endpointLabels);

    /// <summary>Keys whose policies may differ in the two sets. A few where one was made from the other by a change of a few.</summary>
    public IReadOnlyCollection<PolicyKey> KeysThatDiffer(PolicySet other)
    {
        if (_difference is { } own && own.Before == other._selections)
            return own.Keys;
        if (other._difference is { } theirs && theirs.Before == _selections)
            return theirs.Keys;
        return this == other ? [] : [.. _policies.Keys.Union(other._policies.Keys)];
    }

    /// <summary>The same object as of the set before where nothing that selects these labels was changed.</summary>
    internal RuleSelection Select(LabelSet endpointLabels) =>
        _selections.GetOrAdd(endpointLabels, static (labels, set) => set.Find(labels), this);

    private RuleSelection Find(LabelSet endpointLabels) =>
        _difference is { } change && change.Before.TryGetValue(endpointLabels, out var before)
            ? before.Change(change.Keys, change.Put, endpointLabels)
            : RuleSelection.Of(this, endpointLabels);

    private static KeyValuePair<PolicyKey, NetworkPolicy> ByKey(NetworkPolicy policy) => new(policy.Key, policy);

    /// <summary>To the set that this one was made from, so that a change costs what is changed and not what is there.</summary>
    /// <param name="Before">What was looked for in that set.</param>
    /// <param name="Keys">Of all that went, changed or came.</param>
    private sealed record Difference(ConcurrentDictionary<LabelSet, RuleSelection> Before, HashSet<PolicyKey> Keys, NetworkPolicy[] Put);
}
