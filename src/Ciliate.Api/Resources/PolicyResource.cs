using System.Text.Json.Serialization;

namespace Ciliate.Api;

/// <param name="Revision">Counts the changes of the set of policies; kept across restarts.</param>
public sealed record PolicyList(ulong Revision, IReadOnlyList<PolicyResource> Policies);

/// <param name="Name"><c>namespace/name</c>.</param>
/// <param name="File">Name of the file it came from, as the one who applied it called it.</param>
/// <param name="Revision">The revision that brought it in its present form.</param>
/// <param name="Endpoints">Names of the endpoints that it selects, sorted.</param>
/// <param name="IngressRules">How many rules of this direction it has.</param>
/// <param name="EgressRules">Likewise.</param>
/// <param name="Yaml">The document as applied; left out in lists.</param>
public sealed record PolicyResource(
    string Name,
    string File,
    ulong Revision,
    IReadOnlyList<string> Endpoints,
    int IngressRules,
    int EgressRules,
    string? Yaml = null);

/// <summary>One file of policies; a PUT carries a list of them and applies all or none.</summary>
/// <param name="File">Name for messages; not opened by the agent.</param>
/// <param name="Yaml">One or more YAML documents.</param>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record PolicyFile(string File, string Yaml);

/// <summary>What a change of the policies did. By the time it is sent, the kernel enforces it.</summary>
/// <param name="Revision">Revision after the change; the one before when nothing changed.</param>
/// <param name="Created">Names as <c>namespace/name</c>, sorted; so are the other lists.</param>
/// <param name="Regenerated">Names of the endpoints that got a new generation.</param>
public sealed record PolicyChange(
    ulong Revision,
    IReadOnlyList<string> Created,
    IReadOnlyList<string> Changed,
    IReadOnlyList<string> Unchanged,
    IReadOnlyList<string> Deleted,
    IReadOnlyList<string> Regenerated);
