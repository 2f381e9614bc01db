using System.Text.Json.Serialization;

namespace Ciliate.Api;

/// <summary>The labels that an endpoint shall have.</summary>
/// <param name="User">All of them, <c>key=value</c> or <c>source:key=value</c>.</param>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record LabelConfigurationSpec(IReadOnlyList<string> User);
