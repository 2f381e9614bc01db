using Ciliate.Agent.Configuration;
using Ciliate.Agent.Health;
using Ciliate.Agent.Ipam;
using Ciliate.Agent.Policies;
using Ciliate.Api;
using Ciliate.Datapath;
using Ciliate.Linux;
using Microsoft.AspNetCore.Http;
using Endpoint = Ciliate.Agent.Endpoints.Endpoint;

namespace Ciliate.Agent.Api;

/// <summary>/v1/healthz</summary>
internal sealed class StatusHandlers(AgentServices agent)
{
    public async Task GetAsync(HttpContext context)
    {
        StatusResource status = await agent.Loop.RunAsync(Build, context.RequestAborted).ConfigureAwait(false);
        await Requests.WriteAsync(context, status, ApiJson.Default.StatusResource).ConfigureAwait(false);
    }

    private StatusResource Build()
    {
        agent.HealthCheck.Run();
        Endpoint[] endpoints = [.. agent.Endpoints.Endpoints.Rows];
        PolicyState policies = agent.Policies.Current;
        return new StatusResource(
            Health(),
            HelpText.Version,
            (long)(agent.Time.GetUtcNow() - agent.Started).TotalSeconds,
            Kernel.Release,
            Texts.Of(agent.Datapath.Hooks),
            Ipam(),
            new EndpointCounts(endpoints.Length, endpoints.Count(endpoint => endpoint.State == Endpoints.EndpointState.Ready), agent.Programs.Waiting),
            agent.Identities.Identities.Rows.Count(row => row.Holders > 0),
            new PolicyCounts(policies.Policies.Count, (ulong)policies.Revision),
            FlowTable(),
            Masquerade(),
            new EventStatus(agent.Flows.Count, agent.Datapath.LostEvents),
            Drops());
    }

    private AgentState Health() => agent.Health.Problems is [var first, ..]
        ? new AgentState(AgentState.Degraded, first.Message, first.Since)
        : new AgentState(AgentState.Ok, Readiness.AllWell, agent.Health.WellSince);

    private FlowTableStatus FlowTable() => new(
        agent.Datapath.DumpEndpoints().Sum(row => (long)row.Flows), agent.Configuration.FlowTableSize,
        agent.Collection.Latest is { Round: var round } latest
            ? new CollectionStatus(round.Scanned, round.Removed, Milliseconds(round.LongestStep), Milliseconds(latest.LongestStep))
            : null);

    private static double Milliseconds(TimeSpan time) => Math.Round(time.TotalMilliseconds, 3);

    private MasqueradeStatus Masquerade() => new(
        agent.Masquerade.WhyNot(ipv4: true) ?? MasqueradeStatus.Active,
        agent.Masquerade.WhyNot(ipv4: false) ?? MasqueradeStatus.Active,
        $"{agent.Masquerade.Settings.FirstPort}-{agent.Masquerade.Settings.LastPort}",
        [.. agent.Masquerade.Uplinks.Select(uplink =>
            new UplinkStatus(uplink.Name, uplink.Mtu, uplink.IPv4?.ToString(), uplink.IPv6?.ToString()))],
        agent.Masquerade.MissingDevices);

    private IpamStatus Ipam() => new(
        Range(agent.Addresses.Pools.FirstOrDefault(pool => pool.Range.IsIPv4)),
        Range(agent.Addresses.Pools.FirstOrDefault(pool => !pool.Range.IsIPv4)));

    private static AddressRangeStatus? Range(AddressPool? pool) => pool is null
        ? null
        : new AddressRangeStatus(
            pool.Range.Network.ToString(),
            pool.Range.Gateway.ToString(),
            pool.Given,
            (long)UInt128.Min(pool.Range.Size, AddressRangeStatus.MaxCapacity));

    private IReadOnlyList<DropStatus> Drops() =>
    [
        .. agent.Datapath.ReadCounters().Drops
            .Where(drop => drop.Packets > 0)
            .OrderByDescending(drop => drop.Packets)
            .Select(drop => new DropStatus(DropReasons.Describe(drop.Reason), Texts.Of(drop.Direction), drop.Packets, drop.Bytes)),
    ];
}
