using System.Text.Json.Serialization;

namespace Ciliate.Api;

/// <summary>How the agent is.</summary>
/// <param name="Version">Of the agent.</param>
/// <param name="UptimeSeconds">Since the agent's start.</param>
/// <param name="Kernel">Release as of uname(2).</param>
/// <param name="HookBackend">How programs hang at interfaces: <c>tcx</c> or <c>clsact</c>.</param>
/// <param name="Identities">Allocated ones, without the reserved.</param>
/// <param name="Drops">By reason and direction, the largest first; reasons that never occurred are left out.</param>
public sealed record StatusResource(
    AgentState Ciliate,
    string Version,
    long UptimeSeconds,
    string Kernel,
    string HookBackend,
    IpamStatus Ipam,
    EndpointCounts Endpoints,
    int Identities,
    PolicyCounts Policies,
    FlowTableStatus FlowTable,
    MasqueradeStatus Masquerade,
    EventStatus Events,
    IReadOnlyList<DropStatus> Drops);

/// <param name="State"><c>ok</c> or <c>degraded</c>.</param>
/// <param name="Message">One sentence; names what has been wrong for longest when degraded.</param>
/// <param name="Since">When that was first seen; when ok: since when nothing is wrong.</param>
public sealed record AgentState(string State, [property: JsonPropertyName("msg")] string Message, DateTimeOffset Since)
{
    public const string Ok = "ok";
    public const string Degraded = "degraded";
}

/// <summary>Null: the family is switched off.</summary>
public sealed record IpamStatus(
    [property: JsonPropertyName("ipv4")] AddressRangeStatus? IPv4 = null,
    [property: JsonPropertyName("ipv6")] AddressRangeStatus? IPv6 = null);

/// <param name="Range">CIDR.</param>
/// <param name="Gateway">The address that answers for everything outside the container.</param>
/// <param name="Used">Addresses given to endpoints.</param>
/// <param name="Capacity">Addresses that endpoints can have in all, at most 2^53-1 (what JSON readers keep exactly).</param>
public sealed record AddressRangeStatus(string Range, string Gateway, long Used, long Capacity)
{
    public const long MaxCapacity = (1L << 53) - 1;
}

/// <param name="Unsettled">Those whose programs run and will be moved in the background to where they stay.</param>
public sealed record EndpointCounts(int Total, int Ready, int Unsettled = 0);

/// <param name="Count">How many.</param>
/// <param name="Revision">Counts the changes of the set of policies.</param>
public sealed record PolicyCounts(int Count, ulong Revision);

/// <param name="Used">Flows in the kernel's table, expired ones that are not collected yet included.</param>
/// <param name="Collection">Null: the first round has not ended yet.</param>
public sealed record FlowTableStatus(long Used, long Max, CollectionStatus? Collection = null);

/// <summary>The last round of removing flows that have ended.</summary>
/// <param name="Scanned">Entries that it looked at.</param>
/// <param name="Removed">Those of them that it removed.</param>
/// <param name="StepMilliseconds">The longest that it worked without a pause; waiting for a CPU is not counted.</param>
/// <param name="LongestStepMilliseconds">Likewise, of all rounds since the agent's start.</param>
public sealed record CollectionStatus(long Scanned, long Removed, double StepMilliseconds, double LongestStepMilliseconds);

/// <param name="IPv4"><c>active</c>, or why containers cannot go outside by IPv4 under an uplink's address.</param>
/// <param name="IPv6">Likewise.</param>
/// <param name="Ports">First and last port at the uplinks.</param>
/// <param name="MissingDevices">Names and patterns of the option <c>devices</c> that no interface has.</param>
public sealed record MasqueradeStatus(
    [property: JsonPropertyName("ipv4")] string IPv4,
    [property: JsonPropertyName("ipv6")] string IPv6,
    string Ports,
    IReadOnlyList<UplinkStatus> Uplinks,
    IReadOnlyList<string> MissingDevices)
{
    public const string Active = "active";
}

/// <param name="Mtu">Bytes.</param>
/// <param name="IPv4">The address that containers take there; null: none.</param>
/// <param name="IPv6">Likewise.</param>
public sealed record UplinkStatus(
    string Interface,
    int Mtu,
    [property: JsonPropertyName("ipv4")] string? IPv4 = null,
    [property: JsonPropertyName("ipv6")] string? IPv6 = null);

/// <param name="Seen">Verdict events since the agent's start.</param>
/// <param name="Lost">Events that the ring buffer or the agent had no room for.</param>
public sealed record EventStatus(ulong Seen, ulong Lost);

/// <param name="Reason">Text, such as <c>policy denied ingress</c>.</param>
/// <param name="Direction"><c>ingress</c> or <c>egress</c>, as seen from the container.</param>
public sealed record DropStatus(string Reason, string Direction, ulong Packets, ulong Bytes);
