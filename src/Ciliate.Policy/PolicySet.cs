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

    private IReadOnlyList<IPNetwork>? _namedPrefixes;

    private PolicySet(ImmutableSortedDictionary<PolicyKey, NetworkPolicy> policies, long revision)
    {
        _policies = policies;
        Revision = revision;
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
        : new PolicySet(_policies.Add(policy.Key, policy), Revision + 1);

    /// <summary>Puts all in at once, as one revision; those with the same keys give way.</summary>
    public PolicySet Replace(params IEnumerable<NetworkPolicy> policies) =>
        new(_policies.SetItems(policies.Select(ByKey)), Revision + 1);

    /// <summary>Puts some in and takes others out, as one revision. Keys that are not there are none to take out.</summary>
    public PolicySet Change(IEnumerable<NetworkPolicy> put, IEnumerable<PolicyKey> removed) =>
        new(_policies.RemoveRange(removed).SetItems(put.Select(ByKey)), Revision + 1);

    /// <exception cref="PolicyException">There is no such policy.</exception>
    public PolicySet Remove(PolicyKey key) => _policies.ContainsKey(key)
        ? new PolicySet(_policies.Remove(key), Revision + 1)
        : throw new PolicyException($"policy \"{key}\" does not exist");

    public NetworkPolicy? Find(PolicyKey key) => _policies.GetValueOrDefault(key);

    public IEnumerator<NetworkPolicy> GetEnumerator() => _policies.Values.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>The prefixes that rules name, exceptions included, each once: every one needs an identity.</summary>
    public IReadOnlyList<IPNetwork> NamedPrefixes() => _namedPrefixes ??=
    [
        .. this.SelectMany(policy => policy.Rules())
            .SelectMany(candidate => candidate.Rule.Peers ?? [])
            .OfType<CidrSelector>()
            .SelectMany(selector => selector.Prefixes)
            .Distinct()
            .Order(PrefixOrder.Instance),
    ];

    internal RuleSelection Select(LabelSet endpointLabels) =>
        _selections.GetOrAdd(endpointLabels, static (labels, set) => RuleSelection.Of(set, labels), this);

    private static KeyValuePair<PolicyKey, NetworkPolicy> ByKey(NetworkPolicy policy) => new(policy.Key, policy);
}
