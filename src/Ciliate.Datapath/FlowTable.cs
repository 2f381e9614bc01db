using System.Net;
using Ciliate.Bpf;
using Ciliate.Datapath.Abi;

namespace Ciliate.Datapath;

/// <summary>The flow table from above: read it, and remove what has ended. Programs add and revive flows meanwhile.</summary>
internal sealed class FlowTable(BpfMap<FlowKey, Flow> flows, MappedArray<FlowQuota> quotas, TickClock clock)
{
    /// <summary>Seconds that an expired flow is left alone, so that it is not removed at the moment it is opened anew.</summary>
    private const int Grace = 5;

    private const byte Fin = 1, Rst = 4;
    private const byte ProtocolTcp = 6;

    public uint Capacity => flows.Map.Info.MaxEntries;

    /// <summary>Removes flows that expired, and those of endpoints for which <paramref name="isGone"/> holds.</summary>
    public int Collect(Func<ushort, bool> isGone)
    {
        ulong latest = clock.Now() - (Grace * clock.TicksPerSecond);
        return Remove((in Flow flow) => IsBefore(flow.Expires, latest) || isGone(flow.SourceEndpoint) || isGone(flow.DestinationEndpoint));
    }

    /// <summary>Removes every flow of an endpoint, so that its number can be given out again.</summary>
    public void Purge(ushort endpoint) => Remove((in Flow flow) => flow.SourceEndpoint == endpoint || flow.DestinationEndpoint == endpoint);

    public uint OwnedBy(ushort endpoint) => (uint)Math.Max(0, Volatile.Read(ref quotas[endpoint].Flows));

    public IReadOnlyList<FlowRow> Dump()
    {
        ulong now = clock.Now();
        return [.. flows.Entries().Select(pair => RowOf(pair.Key, pair.Value, now))];
    }

    private delegate bool FlowPredicate(in Flow flow);

    private int Remove(FlowPredicate predicate)
    {
        int removed = 0;
        foreach (var (key, flow) in flows.Entries())
        {
            if (!predicate(flow) || !flows.Delete(key))
                continue;
            Release(flow.Owner);
            removed++;
        }
        return removed;
    }

    /// <summary>Never below zero: a flow may have changed its owner since it was read.</summary>
    private void Release(ushort owner)
    {
        ref var count = ref quotas[owner].Flows;
        int seen;
        do
        {
            seen = Volatile.Read(ref count);
            if (seen <= 0)
                return;
        }
        while (Interlocked.CompareExchange(ref count, seen - 1, seen) != seen);
    }

    private FlowRow RowOf(in FlowKey key, in Flow flow, ulong now)
    {
        IPAddress low = AddressCodec.Decode(key.Low) ?? IPAddress.IPv6Any, high = AddressCodec.Decode(key.High) ?? IPAddress.IPv6Any;
        bool fromLow = ((FlowFlag)flow.Flags).HasFlag(FlowFlag.OriginatorLow);
        long ticksLeft = unchecked((long)(flow.Expires - now));
        return new FlowRow(
            fromLow ? low : high, fromLow ? key.LowPort.ToHost() : key.HighPort.ToHost(),
            fromLow ? high : low, fromLow ? key.HighPort.ToHost() : key.LowPort.ToHost(),
            key.Protocol, StateOf(key.Protocol, flow), ticksLeft <= 0 ? 0 : (int)(ticksLeft / clock.TicksPerSecond),
            flow.SourceIdentity, flow.DestinationIdentity, flow.SourceEndpoint, flow.DestinationEndpoint,
            VersionOf(flow.Judged >> 32), VersionOf(flow.Judged), flow.EgressRule, flow.IngressRule);
    }

    /// <summary>A generation, or an epoch without the bit that marks it.</summary>
    private static uint VersionOf(ulong half) => (uint)half & ~(uint)EpochLimits.Version;

    /// <summary>As flow_closing() and flow_lifetime() in bpf/lib/flow.h.</summary>
    private static string StateOf(byte protocol, in Flow flow)
    {
        if (flow.Judged == 0)
            return "denied";
        bool replied = ((FlowFlag)flow.Flags).HasFlag(FlowFlag.Replied);
        if (protocol != ProtocolTcp)
            return replied ? "replied" : "new";
        if (((flow.TcpFlagsOriginal | flow.TcpFlagsReply) & Rst) != 0)
            return "closed";
        if ((flow.TcpFlagsOriginal & flow.TcpFlagsReply & Fin) != 0)
            return "closing";
        return replied ? "established" : "syn-sent";
    }

    private static bool IsBefore(ulong expires, ulong time) => unchecked((long)(time - expires)) > 0;
}
