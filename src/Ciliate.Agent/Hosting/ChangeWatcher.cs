using Ciliate.Netlink;

namespace Ciliate.Agent.Hosting;

/// <summary>Follows what changes in the namespace: interfaces, addresses and routes, by which uplinks come and go, and what others do to the agent's
/// filters and settings.</summary>
internal sealed class ChangeWatcher(HostRound host, ChangeMonitor monitor, TimeProvider time)
{
    /// <summary>A change after a quiet time is looked at at once, and then those of this time together: an endpoint that comes is a dozen of them, and who
    /// adds a hundred shall not wait for as many looks at all that are there.</summary>
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(100);

    /// <summary>Runs until cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        // What others did while no agent ran told nobody.
        await host.RunAsync(everything: true, cancellationToken).ConfigureAwait(false);
        await foreach (bool _ in monitor.Changes.ReadAllAsync(cancellationToken).ConfigureAwait(false))
        {
            bool good = await host.RunAsync(everything: false, cancellationToken).ConfigureAwait(false);
            // A repair that succeeds by half is a change too, and would be tried again without a pause.
            await (good ? Task.Delay(s_pause, cancellationToken) : Task.Delay(Housekeeping.Interval, time, cancellationToken)).ConfigureAwait(false);
        }
    }
}
