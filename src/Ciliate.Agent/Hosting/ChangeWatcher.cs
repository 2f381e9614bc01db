using Ciliate.Agent.Endpoints;
using Ciliate.Agent.Outside;
using Ciliate.Netlink;

namespace Ciliate.Agent.Hosting;

/// <summary>Follows what changes in the namespace: interfaces, addresses and routes, by which uplinks come and go, and what others do to the agent's
/// filters and settings.</summary>
internal sealed class ChangeWatcher(
    Masquerade masquerade, EndpointGuard guard, RepeatedTasks tasks, ChangeMonitor monitor, TimeProvider time)
{
    /// <summary>Runs until cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        // What others did while no agent ran told nobody.
        await tasks.TryAsync("guarding endpoints", guard.Check, cancellationToken).ConfigureAwait(false);
        await foreach (bool _ in monitor.Changes.ReadAllAsync(cancellationToken).ConfigureAwait(false))
        {
            bool kept = await tasks.TryAsync("keeping the gateway", guard.CheckGateway, cancellationToken).ConfigureAwait(false);
            bool guarded = await tasks.TryAsync("guarding endpoints", guard.Check, cancellationToken).ConfigureAwait(false);
            bool followed = await tasks.TryAsync("following the uplinks", masquerade.Refresh, cancellationToken).ConfigureAwait(false);
            // A repair that succeeds by half is a change too, and would be tried again without a pause.
            if (!kept || !guarded || !followed)
                await Task.Delay(Housekeeping.Interval, time, cancellationToken).ConfigureAwait(false);
        }
    }
}
