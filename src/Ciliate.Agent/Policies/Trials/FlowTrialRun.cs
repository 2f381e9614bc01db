using System.Net;
using Ciliate.Agent.Endpoints;
using Ciliate.Agent.Flows;
using Ciliate.Datapath;
using Ciliate.Policy;
using DropReason = Ciliate.Datapath.Abi.DropReason;

namespace Ciliate.Agent.Policies;

/// <param name="Examined">Flows that were judged by both sets of policies.</param>
/// <param name="Unjudged">Flows that were not: policies have no say, or a container is not there any more.</param>
/// <param name="Since">When the oldest of all was seen; null when none was.</param>
/// <param name="Flips">Those whose verdict would be another.</param>
public sealed record TriedFlows(int Examined, int Unjudged, DateTimeOffset? Since, IReadOnlyList<FlippedFlow> Flips);

/// <param name="Flow">The newest of those that are alike.</param>
/// <param name="Count">How many of those that were seen are alike: the same sides, protocol and port.</param>
/// <param name="Allowed">By the policies as they are.</param>
/// <param name="Rule">That decides now; null: the default.</param>
/// <param name="NextRule">That would decide; null: the default.</param>
public sealed record FlippedFlow(FlowRecord Flow, PacketKind Kind, int Count, bool Allowed, RuleReference? Rule, RuleReference? NextRule);

/// <summary>Judges flows that were seen by two sets of policies, as the datapath would: the source's egress, then the destination's ingress.</summary>
/// <param name="endpoints">That are connected.</param>
internal sealed class FlowTrialRun(PolicySet before, PolicySet after, IReadOnlyList<Endpoint> endpoints, ResolveOptions options)
{
    private readonly Dictionary<ushort, Endpoint> _endpoints = endpoints.ToDictionary(endpoint => endpoint.Id);
    private readonly WorldPrefixes _prefixesBefore = new(before.NamedPrefixes()), _prefixesAfter = new(after.NamedPrefixes());

    public TriedFlows Run(IReadOnlyList<FlowRecord> flows)
    {
        var judged = flows.Select(flow => (Flow: flow, Sides: SidesOf(flow))).Where(pair => pair.Sides is not null)
            .GroupBy(pair => pair.Sides!.Value, pair => pair.Flow);
        var flips = new List<FlippedFlow>();
        int examined = 0;
        foreach (IGrouping<Sides, FlowRecord> alike in judged)
        {
            int count = alike.Count();
            examined += count;
            if (!IsConcerned(alike.Key.Source) && !IsConcerned(alike.Key.Destination))
                continue;
            (bool Allowed, RuleReference? Rule) now = Judge(before, _prefixesBefore, alike.Key), then = Judge(after, _prefixesAfter, alike.Key);
            if (now.Allowed != then.Allowed)
                flips.Add(new FlippedFlow(alike.Last(), alike.Key.Kind, count, now.Allowed, now.Rule, then.Rule));
        }

        return new TriedFlows(
            examined, flows.Count - examined, flows.Count > 0 ? flows[0].Event.Timestamp : null, [.. flips.OrderBy(flip => flip.Flow.Sequence)]);
    }

    /// <summary>By the same rules the verdict is the same.</summary>
    private bool IsConcerned(Side side) =>
        side.Endpoint is { } endpoint && !ReferenceEquals(before.RulesFor(endpoint.Labels), after.RulesFor(endpoint.Labels));

    /// <summary>By the flow's original direction, since a reply is allowed because its flow was. Null where policies have no say, or not any more.</summary>
    private Sides? SidesOf(FlowRecord flow)
    {
        VerdictEvent verdict = flow.Event;
        bool policies = verdict.Verdict == VerdictKind.Forwarded
            || (DropReason)verdict.DropReason is DropReason.PolicyDeniedEgress or DropReason.PolicyDeniedIngress;
        (FlowPeer from, FlowPeer to) = verdict.Reply ? (flow.Destination, flow.Source) : (flow.Source, flow.Destination);
        return policies && SideOf(from) is { } source && SideOf(to) is { } destination && (source.Endpoint ?? destination.Endpoint) is not null
            ? new Sides(source, destination, FlowExplainer.KindOf(verdict, to.Port))
            : null;
    }

    private Side? SideOf(FlowPeer peer)
    {
        if (peer.Address is null)
            return null;
        if (peer.EndpointId == 0)
            return new Side(null, peer.Address, peer.Identity);
        return _endpoints.GetValueOrDefault(peer.EndpointId) is { } endpoint && endpoint.Name == peer.EndpointName
            ? new Side(endpoint, peer.Address, endpoint.Identity)
            : null;
    }

    private (bool Allowed, RuleReference? Rule) Judge(PolicySet policies, WorldPrefixes prefixes, Sides sides)
    {
        var egress = Ask(policies, prefixes, Policy.TrafficDirection.Egress, sides.Source, sides.Destination, sides.Kind);
        if (egress is { Allowed: false } denied)
            return (false, denied.Entry?.Rule);
        Verdict? ingress = Ask(policies, prefixes, Policy.TrafficDirection.Ingress, sides.Destination, sides.Source, sides.Kind);
        Verdict decided = ingress ?? egress!.Value;
        return (decided.Allowed, decided.Entry?.Rule);
    }

    /// <summary>Null when the side is no endpoint: nobody asks.</summary>
    private Verdict? Ask(PolicySet policies, WorldPrefixes prefixes, Policy.TrafficDirection direction, Side own, Side peer, PacketKind kind) =>
        own.Endpoint is not { } endpoint ? null : VerdictTable.Evaluate(
            PolicyEngine.Resolve(policies, endpoint.Labels, [IdentityOf(peer, prefixes)], options, endpoint.NamedPorts).Direction(direction),
            IdentityOf(peer, prefixes).Number, kind.Protocol, kind.Port);

    /// <summary>Who is outside has the identity of the longest prefix that policies name.</summary>
    private static Identity IdentityOf(Side side, WorldPrefixes prefixes)
    {
        if (side.Endpoint is { } endpoint)
            return endpoint.Described;
        var reserved = ReservedIdentities.All.FirstOrDefault(identity => identity.Number == side.Identity);
        return reserved is { IsWorld: false } ? reserved : prefixes.IdentityOf(side.Address);
    }

    /// <summary>One end of a flow, as far as verdicts depend on it.</summary>
    private readonly record struct Side(Endpoint? Endpoint, IPAddress Address, uint Identity);

    private readonly record struct Sides(Side Source, Side Destination, PacketKind Kind);
}
