namespace Ciliate.Api;

/// <summary>What a change of the policies would do; nothing was changed.</summary>
/// <param name="Created">Names as <c>namespace/name</c>, sorted; so are the other lists.</param>
/// <param name="Endpoints">That would get another table, by name.</param>
/// <param name="Flows">What would become of the flows that were seen last.</param>
public sealed record PolicyTrial(
    IReadOnlyList<string> Created,
    IReadOnlyList<string> Changed,
    IReadOnlyList<string> Unchanged,
    IReadOnlyList<string> Deleted,
    IReadOnlyList<EndpointTrial> Endpoints,
    FlowTrial Flows);

/// <summary>An endpoint that would get another table.</summary>
public sealed record EndpointTrial(ushort Id, string Name, DirectionTrial Ingress, DirectionTrial Egress);

/// <param name="DefaultDeny">Whether what no rule allows is denied now.</param>
/// <param name="WillDefaultDeny">Whether it would be.</param>
/// <param name="Added">Lines of the table that are not there yet.</param>
/// <param name="Removed">Lines that would be there no more.</param>
public sealed record DirectionTrial(bool DefaultDeny, bool WillDefaultDeny, int Added, int Removed);

/// <param name="Examined">Flows that were judged by the policies as they are and as they would be.</param>
/// <param name="Unjudged">Flows that were not: dropped for another reason, or of a container that is not there any more.</param>
/// <param name="Since">When the oldest of all was seen, UTC; left out when none was.</param>
/// <param name="Flips">Those whose verdict would be another, each kind once.</param>
public sealed record FlowTrial(int Examined, int Unjudged, DateTimeOffset? Since, IReadOnlyList<FlowFlip> Flips);

/// <summary>Flows between the same two sides, of the same protocol and port.</summary>
/// <param name="Count">How many of those that were seen are alike.</param>
/// <param name="Verdict"><c>allowed</c> or <c>denied</c>, by the policies as they are.</param>
/// <param name="Rule">That decides now.</param>
/// <param name="NextVerdict">As it would be.</param>
/// <param name="NextRule">That would decide.</param>
/// <param name="Kind">Such as <c>TCP 80</c>.</param>
/// <param name="Flow">The newest of them.</param>
public sealed record FlowFlip(int Count, string Verdict, string Rule, string NextVerdict, string NextRule, string Kind, Flow Flow);
