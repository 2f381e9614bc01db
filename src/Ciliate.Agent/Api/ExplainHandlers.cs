using Ciliate.Agent.Flows;
using Ciliate.Agent.Policies;
using Ciliate.Api;
using Ciliate.Datapath;
using Ciliate.Policy;
using Microsoft.AspNetCore.Http;

namespace Ciliate.Agent.Api;

/// <summary>/v1/explain: why a packet gets the verdict that it gets.</summary>
internal sealed class ExplainHandlers(AgentServices agent)
{
    public async Task GetAsync(HttpContext context)
    {
        ExplainQuery query = ExplainRequest.Parse(context.Request.Query);
        ExplainResource answer = await agent.Loop.RunAsync(
            () => query.Flow is { } flow ? Explain(flow) : Resource(Packet(query), null), context.RequestAborted).ConfigureAwait(false);
        await Requests.WriteAsync(context, answer, ApiJson.Default.ExplainResource).ConfigureAwait(false);
    }

    private ExplainedPacket Packet(ExplainQuery query) =>
        agent.Explainer.Explain(agent.Peers.Find(query.From!), agent.Peers.Find(query.To!), ExplainRequest.Kind(query));

    /// <summary>A flow is explained by its original direction: a reply is allowed because its flow was.</summary>
    private ExplainResource Explain(ulong id)
    {
        FlowRecord flow = agent.Flows.Find(id)
            ?? throw AgentException.NotFound($"flow {id} is not among the last {FlowLog.DefaultCapacity}; ciliate observe shows those that are");
        VerdictEvent verdict = flow.Event;
        (FlowPeer from, FlowPeer to) = verdict.Reply ? (flow.Destination, flow.Source) : (flow.Source, flow.Destination);
        if (from.Address is null || to.Address is null)
            throw AgentException.Invalid($"flow {id} is a packet that no policy was asked about: {flow.DropReason}");
        PacketKind kind = verdict.Protocol switch
        {
            IpProtocols.Icmp or IpProtocols.IcmpV6 => new PacketKind(verdict.Protocol, Request(verdict)),
            _ => new PacketKind(verdict.Protocol, to.Port),
        };
        var recorded = new ExplainRecorded(
            verdict.Verdict == VerdictKind.Forwarded ? ExplainVerdict.Allowed : ExplainVerdict.Denied, flow.Rule, flow.DropReason);
        return Resource(agent.Explainer.Explain(
            agent.Peers.OfFlow(from.Address, from.Identity, from.EndpointId), agent.Peers.OfFlow(to.Address, to.Identity, to.EndpointId), kind), recorded);
    }

    /// <summary>The type of the message that opened the flow.</summary>
    private static byte Request(VerdictEvent verdict)
    {
        const byte echoReply = 0, echo = 8, echoReplyV6 = 129, echoV6 = 128;
        return (verdict.Protocol, verdict.IcmpType) switch
        {
            (IpProtocols.Icmp, echoReply) when verdict.Reply => echo,
            (IpProtocols.IcmpV6, echoReplyV6) when verdict.Reply => echoV6,
            _ => verdict.IcmpType,
        };
    }

    private ExplainResource Resource(ExplainedPacket packet, ExplainRecorded? recorded) => new(
        Side(packet.From),
        Side(packet.To),
        packet.Kind.ToString(),
        Word(packet.Allowed),
        Direction(packet.Egress),
        Direction(packet.Ingress),
        recorded,
        packet.DropReason,
        packet.IsAnsweredByGateway ? ExplainVerdict.Gateway : null);

    private static ExplainSide Side(PacketSide side) =>
        new(side.Identity.Number, EndpointResources.Texts(side.Identity.Labels), side.Endpoint?.Name, side.Address?.ToString());

    private ExplainDirection? Direction(ExplainedDirection? direction)
    {
        if (direction is null)
            return null;
        Verdict verdict = direction.Explanation.Verdict;
        return new ExplainDirection(
            direction.Endpoint.Name,
            Word(verdict.Allowed),
            verdict.Entry?.Rule.ToString() ?? agent.Rules.TextOf(
                verdict.Reason == VerdictReason.NotEnforced ? ReservedRules.NotEnforced : ReservedRules.DefaultDeny)!,
            [.. direction.Explanation.Rules.Select(rule => new ExplainCandidate(rule.Reference.ToString(), Word(rule.Outcome), File(rule.Reference)))],
            verdict.Entry is { } entry ? File(entry.Rule) : null);
    }

    private string? File(RuleReference rule) =>
        rule.IsReserved ? null : agent.Policies.Current.Origins.GetValueOrDefault(PolicyKey.Parse(rule.Policy))?.File;

    private static string Word(bool allowed) => allowed ? ExplainVerdict.Allowed : ExplainVerdict.Denied;

    private static string Word(RuleOutcome outcome) => outcome switch
    {
        RuleOutcome.Decided => "decided",
        RuleOutcome.Agrees => "agrees with the one that decided",
        RuleOutcome.Overruled => "overruled by a denial",
        RuleOutcome.OtherPeer => "speaks of other peers",
        RuleOutcome.OtherPort => "speaks of other ports",
        _ => "speaks of nothing",
    };
}
