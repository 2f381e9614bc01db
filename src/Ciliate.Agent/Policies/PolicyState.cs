using System.Collections.Immutable;
using Ciliate.Policy;

namespace Ciliate.Agent.Policies;

/// <summary>Where a policy came from.</summary>
/// <param name="File">As the one who applied it called it.</param>
/// <param name="Revision">The one that brought it in its present form.</param>
public sealed record PolicyOrigin(string File, long Revision);

/// <summary>A policy that someone wants to have in force.</summary>
public sealed record PolicySubmission(NetworkPolicy Policy, string File);

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
