using System.Net;
using System.Net.NetworkInformation;
using System.Threading.Channels;

namespace Ciliate.Datapath;

/// <summary>
/// The kernel side of one agent: its maps, programs and hooks, seen from above. Everything below the pin root belongs to it.
/// Calls are not thread-safe unless they say so; the agent makes them from its control loop.
/// Each of the verbs is safe to repeat. Errors are <see cref="DatapathException"/> with a one-line message that names the thing.
/// </summary>
public interface IDatapath : IDisposable
{
    /// <summary>How programs hang at interfaces here.</summary>
    HookKind Hooks { get; }

    /// <summary>Describes the endpoint to the programs that all endpoints share, registers its addresses for local delivery, and attaches
    /// the programs to both directions of the host interface, at once where the kernel lets it: they may have to be settled. Adopts what is
    /// already pinned. Until <see cref="Publish"/> has been called once
    /// for the endpoint every packet from and to it is dropped.</summary>
    /// <exception cref="DatapathException">Among others: the interface is not <see cref="UsableInterface"/>.</exception>
    void AttachEndpoint(EndpointWiring wiring);

    /// <summary>The first part of <see cref="AttachEndpoint"/>, in which everything is refused that can be refused: programs with those of the user's in them
    /// are checked, made and loaded. Nothing is attached yet, and nothing stays when the result is disposed.</summary>
    IPreparedPrograms PreparePrograms(EndpointWiring wiring);

    /// <summary>Maps of the user's programs of an endpoint.</summary>
    IReadOnlyList<UserMapRow> ReadUserMaps(EndpointWiring wiring);

    /// <summary>Lets go of the maps of all user's programs but those of these endpoints, which are all that there are.</summary>
    void PruneUserMaps(IReadOnlyCollection<EndpointWiring> endpoints);

    /// <summary>Makes programs for an endpoint, and brings them to where they stay, by the hooks that were chosen. Where they cannot be made, or the
    /// kernel refuses them, those that all share stay. Traffic goes on, judged by the one or the other, with the same verdict; when it fails the
    /// programs run where they did. Does nothing for an endpoint that is not attached, or is settled. May take some hundred milliseconds, in
    /// most of which nobody waits for it. Thread-safe: call it from a thread of its own, in the namespace of the interfaces.</summary>
    /// <returns>Null when it did nothing.</returns>
    SettledPrograms? SettlePrograms(ushort endpointId);

    /// <summary>What runs at an endpoint's interface. Of programs that were made for it most is found out by making them again, without loading them.
    /// Thread-safe.</summary>
    /// <param name="withCode">Their instructions, too.</param>
    EndpointProgramReport ReadPrograms(ushort endpointId, bool withCode = false);

    /// <summary>The programs that all endpoints share. Thread-safe.</summary>
    /// <inheritdoc cref="ReadPrograms"/>
    EndpointProgramReport ReadSharedPrograms(bool withCode = false);

    /// <summary>The first index from this one on that the host interface of one more endpoint can have: this one, unless it has its lower
    /// 16 bits in common with that of another endpoint.</summary>
    int UsableInterface(int ifIndex);

    /// <summary>Takes the endpoint out of the kernel: local delivery first, then programs, slot and counters.</summary>
    void DetachEndpoint(ushort endpointId);

    /// <summary>Endpoint ids that the kernel side holds, for pruning after a restart.</summary>
    IReadOnlyList<ushort> AttachedEndpoints();

    /// <summary>Interface that the endpoint's programs hang on; 0 when it is gone or nothing is attached.</summary>
    int AttachedInterface(ushort endpointId);

    /// <summary>Names of the endpoint's programs that were attached and do not run any more, since somebody took them away or the interface
    /// is gone. <see cref="AttachEndpoint"/> attaches them again.</summary>
    IReadOnlyList<string> MissingPrograms(ushort endpointId);

    /// <summary>Fills a fresh slot with <paramref name="tables"/>, then makes it current by one 64-bit store. Returns the new generation.</summary>
    uint Publish(ushort endpointId, PolicyTables tables);

    /// <summary>Adds entries to the current slot without a new generation. Allowed only for peers that no address maps to yet.</summary>
    void AddEntries(ushort endpointId, IReadOnlyCollection<PolicyEntry> entries);

    /// <summary>Removes entries of a peer that no address maps to any more from the current slot, and did not when <see cref="WaitForReaders"/>
    /// was called.</summary>
    void RemoveEntries(ushort endpointId, IReadOnlyCollection<PolicyEntry> entries);

    /// <summary>What the tables of an endpoint's generation say now, for programs that have it as code. Null when there is no generation, or more than such
    /// code is made of.</summary>
    SmallPolicy? ReadSmallPolicy(ushort endpointId);

    void UpsertIpcache(IPNetwork prefix, uint identity);

    void DeleteIpcache(IPNetwork prefix);

    /// <summary>As <see cref="UpsertIpcache"/> for many, at a time when every verdict about their addresses stays what it was: flows are not
    /// judged anew.</summary>
    void UpsertPrefixes(IReadOnlyCollection<IpcacheRow> rows);

    /// <summary>The contrary of <see cref="UpsertPrefixes"/>. Their entries may go after <see cref="WaitForReaders"/>.</summary>
    void DeletePrefixes(IReadOnlyCollection<IPNetwork> prefixes);

    /// <summary>The interfaces to the outside, all of them: programs run at their ingress from now on, and new flows that leave by one take its
    /// address. Flows keep the address that they have. Interfaces that are not named any more are let go. Only Ethernet.</summary>
    void SetUplinks(IReadOnlyList<Uplink> uplinks);

    /// <summary>Whether the program of an uplink that was set still runs. If not, <see cref="SetUplinks"/> attaches it again.</summary>
    bool RunsAtUplink(Uplink uplink);

    /// <summary>Destinations, all of them, that see containers by their own addresses. Holds for new flows.</summary>
    void SetMasqueradeExclusions(IReadOnlyList<IPNetwork> prefixes);

    /// <summary>Returns when no packet is on its way any more that was judged by what the tables said before the call. Takes some
    /// milliseconds.</summary>
    void WaitForReaders();

    /// <summary>After <see cref="AttachEndpoint"/> for all endpoints and <see cref="SetUplinks"/>: if the tables had another layout before, carries
    /// over what programs have added to the old ones since, and removes them. Does nothing while a program still uses them.</summary>
    void CompleteUpgrade();

    /// <summary>Frees what generations past have left behind. Takes a grace period of some milliseconds.</summary>
    void ReclaimGenerations();

    /// <summary>Removes flows that have expired. Goes through the whole table, in small steps. Thread-safe: call it from a thread of its
    /// own.</summary>
    CollectionRound CollectFlows(CancellationToken cancellation = default);

    /// <summary>Verdict events in the order of the ring buffer. Bounded; what did not fit is in <see cref="LostEvents"/>. Thread-safe.</summary>
    ChannelReader<VerdictEvent> Events { get; }

    ulong LostEvents { get; }

    IReadOnlyList<EndpointRow> DumpEndpoints();

    IReadOnlyList<PolicyRow> DumpPolicy();

    IReadOnlyList<FlowRow> DumpFlows();

    IReadOnlyList<IpcacheRow> DumpIpcache();

    IReadOnlyList<NatRow> DumpNat();

    /// <summary>Packets and bytes per direction, and drops by reason, since the maps were created.</summary>
    DatapathCounters ReadCounters();

    /// <summary>What one endpoint has counted; zeros for one that is not attached.</summary>
    EndpointCounters ReadCounters(ushort endpointId);

    /// <summary>Takes the same time however full the tables are.</summary>
    TableFill ReadFill();

    /// <summary>Entries of <see cref="DumpNat"/>. Goes through the whole table. Thread-safe.</summary>
    int CountNat();
}

/// <summary>Programs of an endpoint, ready to be attached.</summary>
public interface IPreparedPrograms : IDisposable
{
    /// <summary>The rest of <see cref="IDatapath.AttachEndpoint"/>. When it fails for an endpoint that is attached, a part may be done: attach it as it
    /// was before.</summary>
    void Attach();
}

/// <summary>What programs are told about an endpoint before they run at its interface.</summary>
/// <param name="Id">1–4095; unique within the agent.</param>
/// <param name="HostInterface">Name of the host end of the veth, in the agent's network namespace.</param>
/// <param name="HostIfIndex">Its index.</param>
/// <param name="HostMac">MAC of the host end; the gateway answers with it.</param>
/// <param name="ContainerMac">The only source MAC that the container may use.</param>
/// <param name="IPv4">The container's IPv4 address, or null.</param>
/// <param name="IPv6">The container's IPv6 address, or null.</param>
public sealed record EndpointWiring(
    ushort Id,
    string HostInterface,
    int HostIfIndex,
    PhysicalAddress HostMac,
    PhysicalAddress ContainerMac,
    IPAddress? IPv4,
    IPAddress? IPv6)
{
    /// <summary>Without them it never runs. Their maps live as long as they are at the endpoint.</summary>
    public UserHooks Users { get; init; } = UserHooks.None;
}

public enum TrafficDirection : byte
{
    Ingress = 0,
    Egress = 1,
}

/// <summary>One line of a verdict table. Peer 0 stands for every identity, protocol 0 for every protocol,
/// <paramref name="PortPrefixLength"/> 0 for every port. Of all entries that match a packet the one with the highest precedence decides.</summary>
public readonly record struct PolicyEntry(
    TrafficDirection Direction,
    uint Peer,
    byte Protocol,
    ushort Port,
    byte PortPrefixLength,
    bool Deny,
    uint Precedence,
    uint RuleId);

/// <summary>A direction of an endpoint: whether it is default-deny, and the rule id that events carry when no entry matches.</summary>
public readonly record struct DirectionDefault(bool Enforced, uint RuleId);

/// <summary>The complete content of one generation.</summary>
public sealed record PolicyTables(uint Identity, DirectionDefault Ingress, DirectionDefault Egress, IReadOnlyCollection<PolicyEntry> Entries);

public enum VerdictKind : byte
{
    Forwarded = 1,
    Dropped = 2,
}

/// <summary>A verdict as the kernel told it: the first packet of a flow, a flow judged anew, or a drop.</summary>
/// <param name="Timestamp">Wall clock.</param>
/// <param name="DropReason">Kernel enumerator of the reason, 0 when forwarded; its text comes from <see cref="DropReasons"/>.</param>
/// <param name="EndpointId">The endpoint at whose interface the verdict was given.</param>
/// <param name="Direction">Of the packet as seen from that endpoint.</param>
/// <param name="SourceEndpoint">0 when not local.</param>
/// <param name="RuleId">The rule that gave the verdict; of the egress side when <paramref name="Direction"/> is egress and that side decided.</param>
/// <param name="Generation">The generation it was judged under.</param>
public sealed record VerdictEvent(
    DateTimeOffset Timestamp,
    VerdictKind Verdict,
    uint DropReason,
    ushort EndpointId,
    TrafficDirection Direction,
    IPAddress? Source,
    IPAddress? Destination,
    ushort SourcePort,
    ushort DestinationPort,
    byte Protocol,
    byte TcpFlags,
    uint SourceIdentity,
    uint DestinationIdentity,
    ushort SourceEndpoint,
    ushort DestinationEndpoint,
    uint RuleId,
    uint Generation,
    bool Reply,
    uint Length,
    byte IcmpType = 0,
    byte IcmpCode = 0);

/// <param name="Flows">That it owns.</param>
/// <param name="Incoming">Those of them that strangers opened, from neither this host nor its containers.</param>
public sealed record EndpointRow(
    ushort Id, uint Generation, uint Slot, int HostIfIndex, PhysicalAddress ContainerMac, IPAddress? IPv4, IPAddress? IPv6, uint Identity, uint Flows, uint Incoming);

public sealed record PolicyRow(ushort EndpointId, uint Generation, PolicyEntry Entry);

/// <summary>A flow by its original direction.</summary>
/// <param name="State">TCP: syn-sent, picked-up (seen first without a handshake), syn-received, established, closing, closed; others: new, replied; denied: judged anew and refused.</param>
/// <param name="ExpiresInSeconds">0 when already expired and not yet collected.</param>
public sealed record FlowRow(
    IPAddress Source, ushort SourcePort, IPAddress Destination, ushort DestinationPort, byte Protocol, string State, int ExpiresInSeconds,
    uint SourceIdentity, uint DestinationIdentity, ushort SourceEndpoint, ushort DestinationEndpoint,
    uint SourceGeneration, uint DestinationGeneration, uint EgressRuleId, uint IngressRuleId);

/// <summary>One look at the flow table.</summary>
/// <param name="Scanned">Entries that were looked at.</param>
/// <param name="Removed">Those of them that had ended and are gone.</param>
/// <param name="LongestStep">The longest that it worked without a pause; what it waited for a CPU meanwhile is not counted.</param>
public readonly record struct CollectionRound(int Scanned, int Removed, TimeSpan LongestStep);

public sealed record IpcacheRow(IPNetwork Prefix, uint Identity);

public sealed record DropCount(uint Reason, TrafficDirection Direction, ulong Packets, ulong Bytes);

/// <param name="JudgedAgain">Packets at this endpoint's hooks whose flow was judged anew, since a policy, an identity or an address had changed.
/// Of a revoked flow: every packet.</param>
public sealed record EndpointCounters(
    ushort EndpointId, ulong EgressPackets, ulong EgressBytes, ulong IngressPackets, ulong IngressBytes, ulong Drops, ulong JudgedAgain)
{
    public static EndpointCounters None { get; } = new(0, 0, 0, 0, 0, 0, 0);

    public static EndpointCounters operator +(EndpointCounters one, EndpointCounters other) => unchecked(new(
        one.EndpointId, one.EgressPackets + other.EgressPackets, one.EgressBytes + other.EgressBytes,
        one.IngressPackets + other.IngressPackets, one.IngressBytes + other.IngressBytes,
        one.Drops + other.Drops, one.JudgedAgain + other.JudgedAgain));

    /// <summary>Below zero it wraps around, and back when as much is added.</summary>
    public static EndpointCounters operator -(EndpointCounters one, EndpointCounters other) => unchecked(new(
        one.EndpointId, one.EgressPackets - other.EgressPackets, one.EgressBytes - other.EgressBytes,
        one.IngressPackets - other.IngressPackets, one.IngressBytes - other.IngressBytes,
        one.Drops - other.Drops, one.JudgedAgain - other.JudgedAgain));
}

/// <param name="Endpoints">Since the endpoint was made.</param>
/// <param name="Drops">Since the maps were made.</param>
/// <param name="Total">Of all endpoints since the datapath was opened, those that are gone included: it never becomes less.</param>
public sealed record DatapathCounters(IReadOnlyList<EndpointCounters> Endpoints, IReadOnlyList<DropCount> Drops, EndpointCounters Total);

/// <param name="Flows">In the table, ended ones that are not collected yet included.</param>
/// <param name="PolicyEntries">Of all slots, those of generations past included that are not freed yet.</param>
/// <param name="PolicyCapacity">Entries that the table has room for.</param>
public sealed record TableFill(long Flows, int PolicyEntries, int PolicyCapacity);

public sealed class DatapathException : Exception
{
    public DatapathException(string message) : base(message) { }

    public DatapathException(string message, Exception inner) : base(message, inner) { }
}
