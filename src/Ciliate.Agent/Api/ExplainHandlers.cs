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

    private ExplainResource Explain(ulong id)
    {
        FlowRecord flow = agent.Flows.Find(id)
            ?? throw AgentException.NotFound($"flow {id} is not among the last {FlowLog.DefaultCapacity}; ciliate observe shows those that are");
        var recorded = new ExplainRecorded(ExplainVerdict.Of(flow.Event.Verdict == VerdictKind.Forwarded), flow.Rule, flow.DropReason);
        return Resource(agent.FlowExplainer.Explain(flow), recorded);
    }

    private ExplainResource Resource(ExplainedPacket packet, ExplainRecorded? recorded) => new(
        Side(packet.From),
        Side(packet.To),
        packet.Kind.ToString(),
        ExplainVerdict.Of(packet.Allowed),
        Direction(packet.Egress),
        Direction(packet.Ingress),
        recorded,
        packet.DropReason,
        packet.IsAnsweredByGateway ? ExplainVerdict.Gateway : null,
        packet.DropMeaning);

    private static ExplainSide Side(PacketSide side) =>
        new(side.Identity.Number, EndpointResources.Texts(side.Identity.Labels), side.Endpoint?.Name, side.Address?.ToString());

    private ExplainDirection? Direction(ExplainedDirection? direction)
    {
        if (direction is null)
            return null;
        Verdict verdict = direction.Explanation.Verdict;
        return new ExplainDirection(
            direction.Endpoint.Name,
            ExplainVerdict.Of(verdict.Allowed),
            verdict.Entry?.Rule.ToString() ?? agent.Rules.TextOf(
                verdict.Reason == VerdictReason.NotEnforced ? ReservedRules.NotEnforced : ReservedRules.DefaultDeny)!,
            [.. direction.Explanation.Rules.Select(rule => new ExplainCandidate(rule.Reference.ToString(), Word(rule.Outcome), File(rule.Reference)))],
            verdict.Entry is { } entry ? File(entry.Rule) : null);
    }

    private string? File(RuleReference rule) =>
        rule.IsReserved ? null : agent.Policies.Current.Origins.GetValueOrDefault(PolicyKey.Parse(rule.Policy))?.File;

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
