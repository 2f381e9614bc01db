namespace Ciliate.Policy;

/// <summary>What all policies together say about one endpoint.</summary>
public sealed record EndpointPolicy(DirectionPolicy Ingress, DirectionPolicy Egress)
{
    public DirectionPolicy Direction(TrafficDirection direction) => direction == TrafficDirection.Ingress ? Ingress : Egress;
}

/// <summary>One direction of an endpoint.</summary>
/// <param name="Enforced">False: no policy selects the endpoint for this direction, everything is allowed and there are no entries.
/// True: what no entry allows is denied.</param>
/// <param name="Entries">Sorted by peer, protocol, port, prefix length; each of these keys once.</param>
/// <param name="Candidates">Every rule that applies, in order, whether or not an entry names it.</param>
public sealed record DirectionPolicy(bool Enforced, IReadOnlyList<VerdictEntry> Entries, IReadOnlyList<CandidateRule> Candidates);

/// <summary>A rule that applies to an endpoint because its spec selects it.</summary>
public sealed record CandidateRule(RuleReference Reference, PolicyRule Rule);
