namespace Ciliate.Api;

/// <summary>A number for a set of labels.</summary>
/// <param name="Labels">With their source: <c>container:app=web</c>, <c>reserved:host</c>; sorted.</param>
public sealed record IdentityResource(uint Id, IReadOnlyList<string> Labels);

/// <summary>An identity in the list of all.</summary>
/// <param name="Endpoints">Names of the local endpoints that have it, sorted; reserved identities have none.</param>
public sealed record IdentityEntry(uint Id, IReadOnlyList<string> Labels, IReadOnlyList<string> Endpoints);
