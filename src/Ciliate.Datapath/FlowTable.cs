using System.Net;
using Ciliate.Bpf;
using Ciliate.Datapath.Abi;

namespace Ciliate.Datapath;

/// <summary>The flow table as it can be read.</summary>
internal sealed class FlowTable(BpfMap<FlowKey, Flow> flows, TickClock clock)
{
    private const byte Fin = 1, Syn = 2, Rst = 4, Ack = 16;
    private const byte ProtocolTcp = 6;

    /// <summary>FLOW_HELD of bpf/lib/flow.h: the entry is remade or removed at this instant.</summary>
    private const ulong Held = 0;

    /// <summary>Entries of a table that must not refuse a flow below <paramref name="capacity"/>: each CPU may be opening one while the
    /// count still allows it.</summary>
    public static uint EntriesFor(uint capacity) => capacity + (8 * (uint)Cpus.PossibleCount);

    public IReadOnlyList<FlowRow> Dump()
    {
        ulong now = clock.Now();
        return [.. flows.Entries().Where(pair => pair.Value.Expires != Held).Select(pair => RowOf(pair.Key, pair.Value, now))];
    }

    private FlowRow RowOf(in FlowKey key, in Flow flow, ulong now)
    {
        IPAddress low = AddressCodec.Decode(key.Low) ?? IPAddress.IPv6Any, high = AddressCodec.Decode(key.High) ?? IPAddress.IPv6Any;
        bool fromLow = ((FlowFlag)flow.Flags).HasFlag(FlowFlag.OriginatorLow);
        // A flow that is denied keeps the rules by which it once was not.
        (uint egressRule, uint ingressRule) = IsDenied(flow) ? (0, 0) : (flow.EgressRule, flow.IngressRule);
        long ticksLeft = unchecked((long)(flow.Expires - now));
        return new FlowRow(
            fromLow ? low : high, fromLow ? key.LowPort.ToHost() : key.HighPort.ToHost(),
            fromLow ? high : low, fromLow ? key.HighPort.ToHost() : key.LowPort.ToHost(),
            key.Protocol, StateOf(key.Protocol, flow), ticksLeft <= 0 ? 0 : (int)(ticksLeft / clock.TicksPerSecond),
            flow.SourceIdentity, flow.DestinationIdentity, flow.SourceEndpoint, flow.DestinationEndpoint,
            VersionOf(flow.Judged >> 32), VersionOf(flow.Judged), egressRule, ingressRule);
    }

    /// <summary>A generation, or an epoch without the bit that marks it.</summary>
    private static uint VersionOf(ulong half) => (uint)half & ~(uint)EpochLimits.Version;

    private static bool IsDenied(in Flow flow) => flow.Judged == 0;

    /// <summary>As flow_closed() and flow_established() in bpf/lib/flow.h.</summary>
    private static string StateOf(byte protocol, in Flow flow)
    {
        if (IsDenied(flow))
            return "denied";
        if (protocol != ProtocolTcp)
            return ((FlowFlag)flow.Flags).HasFlag(FlowFlag.Replied) ? "replied" : "new";
        int both = flow.TcpFlagsOriginal & flow.TcpFlagsReply, any = flow.TcpFlagsOriginal | flow.TcpFlagsReply;
        return
            (both & Fin) != 0 || (any & Rst) != 0 ? "closed" :
            (any & Fin) != 0 ? "closing" :
            (both & Ack) != 0 ? "established" :
            flow.TcpFlagsReply != 0 ? "syn-received" :
            (any & Syn) != 0 ? "syn-sent" : "picked-up";
    }
}
