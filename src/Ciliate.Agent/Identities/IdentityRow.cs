using Ciliate.Policy;

namespace Ciliate.Agent.Identities;

/// <summary>The number of a label set.</summary>
/// <param name="Holders">Endpoints that have it.</param>
/// <param name="Released">When the last holder went; null while there is one.</param>
public sealed record IdentityRow(uint Id, LabelSet Labels, int Holders, DateTimeOffset? Released);
