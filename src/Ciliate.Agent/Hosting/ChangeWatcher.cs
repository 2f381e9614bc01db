using Ciliate.Agent.Control;
using Ciliate.Agent.Endpoints;
using Ciliate.Agent.Logging;
using Ciliate.Agent.Outside;
using Ciliate.Datapath;
using Ciliate.Linux;
using Ciliate.Netlink;
using Microsoft.Extensions.Logging;

namespace Ciliate.Agent.Hosting;

/// <summary>Follows what changes in the namespace: interfaces, addresses and routes, by which uplinks come and go, and what others do to the agent's
/// filters and settings.</summary>
internal sealed class ChangeWatcher(
    Masquerade masquerade, EndpointGuard guard, ControlLoop loop, ChangeMonitor monitor, TimeProvider time, ILogger logger)
{
    /// <summary>Runs until cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        // What others did while no agent ran told nobody.
        await TryAsync("guarding endpoints", guard.Check, cancellationToken).ConfigureAwait(false);
        await foreach (bool _ in monitor.Changes.ReadAllAsync(cancellationToken).ConfigureAwait(false))
        {
            bool kept = await TryAsync("keeping the gateway", guard.CheckGateway, cancellationToken).ConfigureAwait(false);
            bool guarded = await TryAsync("guarding endpoints", guard.Check, cancellationToken).ConfigureAwait(false);
            bool followed = await TryAsync("following the uplinks", masquerade.Refresh, cancellationToken).ConfigureAwait(false);
            // A repair that succeeds by half is a change too, and would be tried again without a pause.
            if (!kept || !guarded || !followed)
                await Task.Delay(Housekeeping.Interval, time, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>What fails is mostly about an interface that went between the look and the deed; the next change or the next round of
    /// housekeeping looks again.</summary>
    private async Task<bool> TryAsync(string task, Action work, CancellationToken cancellationToken)
    {
        try
        {
            await loop.RunAsync(work, cancellationToken).ConfigureAwait(false);
            return true;
        }
        catch (Exception error) when (error is DatapathException or NetlinkException or LinuxException or AgentException)
        {
            logger.PeriodicTaskFailed(task, error.Message);
            return false;
        }
    }
}
