using System.Text.Json.Serialization;
using Ciliate.Policy;

namespace Ciliate.Agent.State;

/// <summary><c>endpoints/ID.json</c>. Addresses and MACs are text as people write them.</summary>
public sealed record StoredEndpoint
{
    public required ushort Id { get; init; }

    public required string Name { get; init; }

    public required IReadOnlyList<string> Labels { get; init; }

    public required uint Identity { get; init; }

    /// <summary><c>NAME=PORT/PROTOCOL</c> each; null: none.</summary>
    public IReadOnlyList<string>? NamedPorts { get; init; }

    public required string NamespacePath { get; init; }

    public required string ContainerInterface { get; init; }

    public required string HostInterface { get; init; }

    public required int HostIfIndex { get; init; }

    public required string HostMac { get; init; }

    public required string ContainerMac { get; init; }

    public string? IPv4 { get; init; }

    public string? IPv6 { get; init; }

    public required DateTimeOffset Created { get; init; }

    /// <summary>Null: none.</summary>
    public IReadOnlyList<StoredHook>? Hooks { get; init; }
}

/// <summary>A program of the user's at an endpoint.</summary>
/// <param name="At"><c>egress</c> or <c>ingress</c>.</param>
/// <param name="File">As the one who added it called it.</param>
/// <param name="Program">The C function.</param>
/// <param name="Sha256">Of the compiled object, which is <c>objects/SHA256.o</c>.</param>
public sealed record StoredHook(string At, string File, string Program, string Sha256, DateTimeOffset Added);

/// <summary>A number and what it stands for.</summary>
/// <param name="Prefix">Of the addresses outside that have the identity; its labels follow from it.</param>
public sealed record StoredIdentity(uint Id, IReadOnlyList<string> Labels, string? Prefix = null);

/// <summary>A record of <c>identities.journal</c>: numbers that were given out at one time. Of two that contradict each other the later one holds.</summary>
/// <param name="Next">The number that is tried first for the next new label set.</param>
/// <param name="NextLocal">Likewise for the next new prefix.</param>
public sealed record StoredIdentities(uint Next, IReadOnlyList<StoredIdentity> Identities, uint NextLocal = 0);

/// <summary>One entry of <c>identities.json</c>: see <see cref="OlderState"/>.</summary>
/// <param name="Released">When the last holder went; null while held.</param>
public sealed record OlderIdentity(uint Id, IReadOnlyList<string> Labels, DateTimeOffset? Released = null, string? Prefix = null);

/// <summary><c>identities.json</c>; numbers as in <see cref="StoredIdentities"/>.</summary>
public sealed record OlderIdentities(uint Next, IReadOnlyList<OlderIdentity> Identities, uint NextLocal = 0);

/// <summary>Flows in the kernel refer to rules by number, also across a restart.</summary>
/// <param name="Released">When its policy went; null while it is there.</param>
public sealed record StoredRule(uint Id, string Text, DateTimeOffset? Released = null);

/// <summary>Where a policy came from.</summary>
/// <param name="File">As the one who applied it called it.</param>
/// <param name="Revision">The one that brought it in its present form.</param>
/// <param name="Kind">Name of a <see cref="Ciliate.Policy.PolicyKind"/>; null for a CiliumNetworkPolicy.</param>
/// <param name="Followed">The file lies in the directory that the agent follows. Not written when false: an agent from before the option reads it.</param>
public sealed record StoredOrigin(
    string Name, string File, long Revision, string? Namespace = null, string? Kind = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] bool Followed = false)
{
    /// <exception cref="FormatException">There is no such kind.</exception>
    public PolicyKey Key() => new(Namespace, Name, Kind switch
    {
        null => PolicyKind.CiliumNetworkPolicy,
        nameof(PolicyKind.CiliumClusterwideNetworkPolicy) => PolicyKind.CiliumClusterwideNetworkPolicy,
        nameof(PolicyKind.NetworkPolicy) => PolicyKind.NetworkPolicy,
        _ => throw new FormatException($"policy {Name}: '{Kind}' is not a kind of policy"),
    });
}

/// <summary><c>policies.json</c>: what is to be known of policies beside their text.</summary>
/// <param name="NextRule">The number that is tried first for the next new rule.</param>
public sealed record StoredPolicies(
    long Revision, uint NextRule, IReadOnlyList<StoredOrigin> Origins, IReadOnlyList<StoredRule> Rules);

[JsonSourceGenerationOptions(
    WriteIndented = true,
    PropertyNamingPolicy = JsonKnownNamingPolicy.KebabCaseLower,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(StoredEndpoint))]
[JsonSerializable(typeof(StoredPolicies))]
[JsonSerializable(typeof(OlderIdentities))]
internal sealed partial class StateJson : JsonSerializerContext;

/// <summary>Of journals: one line each.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.KebabCaseLower,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(StoredIdentities))]
internal sealed partial class JournalJson : JsonSerializerContext;
