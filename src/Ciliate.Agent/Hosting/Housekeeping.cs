using Ciliate.Agent.Endpoints;
using Ciliate.Agent.Health;
using Ciliate.Agent.Outside;
using Ciliate.Agent.Policies;
using Ciliate.Agent.State;
using Ciliate.Datapath;

namespace Ciliate.Agent.Hosting;

/// <summary>What the control loop has to do every few seconds.</summary>
internal sealed class Housekeeping(
    IDatapath datapath, HostAddresses hostAddresses, PolicyManager policies, StateKeeper state, Action retryAdoption, EndpointGuard guard, Masquerade masquerade,
    HealthCheck health, RepeatedTasks tasks, TimeProvider time)
{
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(3);

    private readonly HeapTrim _heap = new();

    /// <summary>Runs until cancelled. A round that fails is followed by the next.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        while (await timer.WaitForNextTickAsync(cancellationToken).ConfigureAwait(false))
        {
            await tasks.TryAsync("freeing old generations", datapath.ReclaimGenerations, cancellationToken).ConfigureAwait(false);
            await tasks.TryAsync("reading the host's addresses", hostAddresses.Refresh, cancellationToken).ConfigureAwait(false);
            await tasks.TryAsync("keeping the state directory", state.Check, cancellationToken).ConfigureAwait(false);
            await tasks.TryAsync("cleaning up after a change of policies", policies.CleanUp, cancellationToken).ConfigureAwait(false);
            await tasks.TryAsync("bringing endpoints up to date", retryAdoption, cancellationToken).ConfigureAwait(false);
            await tasks.TryAsync("keeping the gateway", guard.CheckGateway, cancellationToken).ConfigureAwait(false);
            await tasks.TryAsync("guarding endpoints", guard.Check, cancellationToken).ConfigureAwait(false);
            await tasks.TryAsync("removing tables of another layout", datapath.CompleteUpgrade, cancellationToken).ConfigureAwait(false);
            await tasks.TryAsync("following the uplinks", masquerade.Refresh, cancellationToken).ConfigureAwait(false);
            await tasks.TryAsync("looking for what is wrong", health.Run, cancellationToken).ConfigureAwait(false);
            await tasks.TryAsync("giving memory back", _heap.Run, cancellationToken).ConfigureAwait(false);
        }
    }
}
