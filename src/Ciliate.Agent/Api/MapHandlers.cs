using Ciliate.Agent.State;
using Ciliate.Api;
using Ciliate.Datapath;
using Microsoft.AspNetCore.Http;
using Endpoint = Ciliate.Agent.Endpoints.Endpoint;

namespace Ciliate.Agent.Api;

/// <summary>/v1/map: what the kernel holds, with names.</summary>
internal sealed class MapHandlers(AgentServices agent)
{
    private readonly Table<ushort, Endpoint> _endpoints = agent.Endpoints.Endpoints;

    public async Task PolicyAsync(HttpContext context)
    {
        IReadOnlyList<PolicyRow> rows = await DumpAsync(agent.Datapath.DumpPolicy, context).ConfigureAwait(false);
        await Requests.WriteAsync(context, [.. rows.Select(Convert)], ApiJson.Default.IReadOnlyListPolicyMapEntry).ConfigureAwait(false);
    }

    public async Task FlowsAsync(HttpContext context)
    {
        IReadOnlyList<FlowRow> rows = await DumpAsync(agent.Datapath.DumpFlows, context).ConfigureAwait(false);
        await Requests.WriteAsync(context, [.. rows.Select(Convert)], ApiJson.Default.IReadOnlyListFlowMapEntry).ConfigureAwait(false);
    }

    public async Task IpcacheAsync(HttpContext context)
    {
        IReadOnlyList<IpcacheRow> rows = await DumpAsync(agent.Datapath.DumpIpcache, context).ConfigureAwait(false);
        await Requests.WriteAsync(context, [.. rows.Select(Convert)], ApiJson.Default.IReadOnlyListIpcacheMapEntry).ConfigureAwait(false);
    }

    public async Task EndpointsAsync(HttpContext context)
    {
        IReadOnlyList<EndpointRow> rows = await DumpAsync(agent.Datapath.DumpEndpoints, context).ConfigureAwait(false);
        await Requests.WriteAsync(context, [.. rows.Select(Convert)], ApiJson.Default.IReadOnlyListEndpointMapEntry).ConfigureAwait(false);
    }

    public async Task NatAsync(HttpContext context)
    {
        IReadOnlyList<NatRow> rows = await DumpAsync(agent.Datapath.DumpNat, context).ConfigureAwait(false);
        Dictionary<int, string> links = agent.Masquerade.Uplinks.ToDictionary(uplink => uplink.IfIndex, uplink => uplink.Name);
        await Requests.WriteAsync(
            context, [.. rows.Select(row => Convert(row, links.GetValueOrDefault(row.UplinkIfIndex)))], ApiJson.Default.IReadOnlyListNatMapEntry)
            .ConfigureAwait(false);
    }

    private Task<IReadOnlyList<T>> DumpAsync<T>(Func<IReadOnlyList<T>> dump, HttpContext context) =>
        agent.Loop.RunAsync(dump, context.RequestAborted);

    private PolicyMapEntry Convert(PolicyRow row) => new(
        row.EndpointId,
        row.Generation,
        Texts.Of(row.Entry.Direction),
        row.Entry.Peer,
        Labels(row.Entry.Peer),
        row.Entry.Protocol,
        row.Entry.Port,
        row.Entry.PortPrefixLength,
        row.Entry.Deny ? "deny" : "allow",
        row.Entry.Precedence,
        row.Entry.RuleId,
        agent.Rules.TextOf(row.Entry.RuleId),
        NameOf(row.EndpointId));

    private FlowMapEntry Convert(FlowRow row) => new(
        row.Protocol,
        new FlowMapSide(
            row.Source.ToString(), row.SourcePort, row.SourceIdentity, row.SourceEndpoint, row.SourceGeneration, NameOf(row.SourceEndpoint)),
        new FlowMapSide(
            row.Destination.ToString(), row.DestinationPort, row.DestinationIdentity, row.DestinationEndpoint, row.DestinationGeneration,
            NameOf(row.DestinationEndpoint)),
        row.State,
        row.ExpiresInSeconds,
        agent.Rules.TextOf(row.EgressRuleId),
        agent.Rules.TextOf(row.IngressRuleId));

    private IpcacheMapEntry Convert(IpcacheRow row) => new(row.Prefix.ToString(), row.Identity, Labels(row.Identity));

    private EndpointMapEntry Convert(EndpointRow row) => new(
        row.Id, row.Generation, row.Slot, row.HostIfIndex, Endpoint.Text(row.ContainerMac), row.Identity, row.Flows, row.Incoming,
        row.IPv4?.ToString(), row.IPv6?.ToString(), NameOf(row.Id));

    private NatMapEntry Convert(NatRow row, string? uplink) => new(
        row.Protocol,
        new NatMapSide(row.Container.ToString(), row.ContainerPort),
        new NatMapSide(row.Local.ToString(), row.LocalPort),
        new NatMapSide(row.Remote.ToString(), row.RemotePort),
        row.EndpointId,
        uplink,
        NameOf(row.EndpointId));

    private string? NameOf(ushort endpointId) => _endpoints.Find(endpointId)?.Name;

    private IReadOnlyList<string> Labels(uint identity) => EndpointResources.Texts(agent.Identities.LabelsOf(identity));
}
