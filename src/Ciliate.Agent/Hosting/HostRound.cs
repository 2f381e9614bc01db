using Ciliate.Agent.Control;
using Ciliate.Agent.Endpoints;
using Ciliate.Agent.Outside;

namespace Ciliate.Agent.Hosting;

/// <summary>All that the agent keeps as it is to be in its namespace, by one look and in one turn of the control loop: what is made in the next turn is not
/// taken for missing.</summary>
internal sealed class HostRound(
    HostNetwork host, HostAddresses addresses, EndpointGuard guard, Masquerade masquerade, ControlLoop loop, RepeatedTasks tasks)
{
    /// <param name="everything">Also what no change of the namespace tells.</param>
    /// <returns>Whether nothing failed.</returns>
    public Task<bool> RunAsync(bool everything, CancellationToken cancellationToken) => loop.RunAsync(() => Run(everything), cancellationToken);

    private bool Run(bool everything)
    {
        HostView seen = host.Look();
        bool good = tasks.Try("reading the host's addresses", () => addresses.Refresh(seen));
        good &= tasks.Try("keeping the gateway", () =>
        {
            if (guard.CheckGateway(seen))
                seen = host.Look();
        });
        good &= tasks.Try("guarding endpoints", () => Guard(seen, everything));
        return good & tasks.Try("following the uplinks", () => masquerade.Refresh(seen));
    }

    private void Guard(HostView seen, bool everything)
    {
        if (everything)
            guard.Check(seen);
        else
            guard.CheckTold(seen);
    }
}
