using Ciliate.Agent.Control;
using Ciliate.Agent.Endpoints;
using Ciliate.Agent.Health;
using Ciliate.Agent.Logging;
using Ciliate.Agent.Outside;
using Ciliate.Agent.Policies;
using Ciliate.Agent.State;
using Ciliate.Datapath;
using Ciliate.Linux;
using Ciliate.Netlink;
using Microsoft.Extensions.Logging;

namespace Ciliate.Agent.Hosting;

/// <summary>What the control loop has to do every few seconds.</summary>
internal sealed class Housekeeping(
    IDatapath datapath, HostAddresses hostAddresses, PolicyManager policies, StateKeeper state, Action retryAdoption, EndpointGuard guard, Masquerade masquerade,
    HealthCheck health, HealthBoard board, ControlLoop loop, TimeProvider time, ILogger logger)
{
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(3);

    private readonly HeapTrim _heap = new();

    /// <summary>Runs until cancelled. A round that fails is logged and followed by the next.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        while (await timer.WaitForNextTickAsync(cancellationToken).ConfigureAwait(false))
        {
            await TryAsync("freeing old generations", datapath.ReclaimGenerations, cancellationToken).ConfigureAwait(false);
            await TryAsync("reading the host's addresses", hostAddresses.Refresh, cancellationToken).ConfigureAwait(false);
            await TryAsync("keeping the state directory", state.Check, cancellationToken).ConfigureAwait(false);
            await TryAsync("cleaning up after a change of policies", policies.CleanUp, cancellationToken).ConfigureAwait(false);
            await TryAsync("bringing endpoints up to date", retryAdoption, cancellationToken).ConfigureAwait(false);
            await TryAsync("keeping the gateway", guard.CheckGateway, cancellationToken).ConfigureAwait(false);
            await TryAsync("guarding endpoints", guard.Check, cancellationToken).ConfigureAwait(false);
            await TryAsync("removing tables of another layout", datapath.CompleteUpgrade, cancellationToken).ConfigureAwait(false);
            await TryAsync("following the uplinks", masquerade.Refresh, cancellationToken).ConfigureAwait(false);
            await TryAsync("looking for what is wrong", health.Run, cancellationToken).ConfigureAwait(false);
            await TryAsync("giving memory back", _heap.Run, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task TryAsync(string task, Action work, CancellationToken cancellationToken)
    {
        try
        {
            await loop.RunAsync(work, cancellationToken).ConfigureAwait(false);
            board.Report(task, null);
        }
        catch (Exception error) when (error is DatapathException or NetlinkException or LinuxException or AgentException)
        {
            logger.PeriodicTaskFailed(task, error.Message);
            board.Report(task, $"{task} fails and is tried again: {error.Message}");
        }
    }
}
