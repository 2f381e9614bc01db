using Ciliate.Agent.Endpoints;
using Ciliate.Agent.Health;
using Ciliate.Agent.Policies;
using Ciliate.Agent.State;
using Ciliate.Datapath;

namespace Ciliate.Agent.Hosting;

/// <summary>What the control loop has to do every few seconds.</summary>
internal sealed class Housekeeping(
    IDatapath datapath, EndpointIdentities identities, PolicyManager policies, HookManager hooks, StateKeeper state, Action retryAdoption, HostRound host, HealthCheck health,
    RepeatedTasks tasks, TimeProvider time)
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
            await tasks.TryAsync("keeping the state directory", state.Check, cancellationToken).ConfigureAwait(false);
            await tasks.TryAsync("cleaning up after a change of labels", identities.CleanUp, cancellationToken).ConfigureAwait(false);
            await tasks.TryAsync("cleaning up after a change of policies", policies.CleanUp, cancellationToken).ConfigureAwait(false);
            await tasks.TryAsync("removing what no hook needs any more", hooks.RemoveUnused, cancellationToken).ConfigureAwait(false);
            await tasks.TryAsync("bringing endpoints up to date", retryAdoption, cancellationToken).ConfigureAwait(false);
            await host.RunAsync(everything: true, cancellationToken).ConfigureAwait(false);
            await tasks.TryAsync("removing tables of another layout", datapath.CompleteUpgrade, cancellationToken).ConfigureAwait(false);
            await tasks.TryAsync("looking for what is wrong", health.Run, cancellationToken).ConfigureAwait(false);
            await tasks.TryAsync("giving memory back", _heap.Run, cancellationToken).ConfigureAwait(false);
        }
    }
}
