using Ciliate.Agent.Flows;
using Ciliate.Datapath;
using Ciliate.Policy;
using DropReason = Ciliate.Datapath.Abi.DropReason;

namespace Ciliate.Agent.Policies;

/// <summary>Explains what was observed. A packet that policies were asked about is explained by them as they are now; of one that was dropped for
/// another reason that reason is told, and no policy is blamed or praised for it. Used from the control loop only.</summary>
public sealed class FlowExplainer(PolicyExplainer explainer, PeerFinder peers)
{
    /// <exception cref="AgentException">The packet had no addresses, or neither of its sides is an endpoint any more.</exception>
    public ExplainedPacket Explain(FlowRecord flow)
    {
        VerdictEvent verdict = flow.Event;
        var drop = (DropReason)verdict.DropReason;
        if (flow.Source.Address is null || flow.Destination.Address is null)
        {
            string meaning = DropReasons.Meaning(verdict.DropReason) is { } known ? $" ({known})" : "";
            throw AgentException.Invalid($"flow {flow.Sequence} is a packet without IP addresses, dropped before any policy was asked: {flow.DropReason}{meaning}");
        }

        if (verdict.Verdict == VerdictKind.Forwarded || IsPolicys(drop))
            return Judged(flow);
        return IsAfterPolicy(drop) ? Judged(flow) with { Drop = drop, IsAnsweredByGateway = false } : Unjudged(flow, drop);
    }

    private static bool IsPolicys(DropReason reason) => reason is DropReason.PolicyDeniedIngress or DropReason.PolicyDeniedEgress;

    /// <summary>What stops a packet that policies are asked about as well, so that what they say is worth telling. All else is refused for what it
    /// is, or passes by its flow alone.</summary>
    private static bool IsAfterPolicy(DropReason reason) => reason is DropReason.NoGeneration or DropReason.FlowQuota or DropReason.FlowTableFull
        or DropReason.HopLimitExceeded or DropReason.PacketTooBig or DropReason.ChecksumMisplaced
        or DropReason.TranslationPortsUsedUp or DropReason.TranslationUnsupported;

    /// <summary>By its original direction: a reply is allowed because its flow was.</summary>
    private ExplainedPacket Judged(FlowRecord flow)
    {
        (FlowPeer from, FlowPeer to) = flow.Event.Reply ? (flow.Destination, flow.Source) : (flow.Source, flow.Destination);
        return explainer.Explain(peers.OfFlow(from), peers.OfFlow(to), KindOf(flow.Event, to.Port));
    }

    /// <summary>As it was on the wire. Its sender is who sent it, whatever address it bears.</summary>
    private ExplainedPacket Unjudged(FlowRecord flow, DropReason drop)
    {
        VerdictEvent verdict = flow.Event;
        bool isSender = verdict.EndpointId != 0 && verdict.EndpointId == verdict.SourceEndpoint && verdict.EndpointId != verdict.DestinationEndpoint;
        PacketSide from = isSender ? peers.OfEndpoint(flow.Source)
            : drop == DropReason.SpoofedAddress ? PeerFinder.Unknown(flow.Source.Address!)
            : peers.OfFlow(flow.Source);
        return new ExplainedPacket(from, peers.OfFlow(flow.Destination), KindOf(verdict with { Reply = false }, flow.Destination.Port), drop, null, null);
    }

    /// <summary>Of ICMP the message that opened the flow.</summary>
    internal static PacketKind KindOf(VerdictEvent verdict, ushort port)
    {
        const byte echoReply = 0, echo = 8, echoReplyV6 = 129, echoV6 = 128;
        return (verdict.Protocol, verdict.IcmpType) switch
        {
            (IpProtocols.Icmp, echoReply) when verdict.Reply => new PacketKind(verdict.Protocol, echo),
            (IpProtocols.IcmpV6, echoReplyV6) when verdict.Reply => new PacketKind(verdict.Protocol, echoV6),
            (IpProtocols.Icmp or IpProtocols.IcmpV6, _) => new PacketKind(verdict.Protocol, verdict.IcmpType),
            _ => new PacketKind(verdict.Protocol, port),
        };
    }
}
