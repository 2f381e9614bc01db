using System.Net;
using Ciliate.Policy;

namespace Ciliate.Agent.Identities;

/// <summary>The number of a label set.</summary>
/// <param name="Holders">Endpoints that have it; 1 for a prefix that policies name.</param>
/// <param name="Released">When the last holder went; null while there is one.</param>
/// <param name="Prefix">Set for the addresses of a prefix outside.</param>
public sealed record IdentityRow(uint Id, LabelSet Labels, int Holders, DateTimeOffset? Released, IPNetwork? Prefix = null);
