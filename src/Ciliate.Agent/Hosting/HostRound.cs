using Ciliate.Agent.Control;
using Ciliate.Agent.Endpoints;
using Ciliate.Agent.Outside;

namespace Ciliate.Agent.Hosting;

/// <summary>All that the agent keeps as it is to be in its namespace, by one look and in one turn of the control loop: what is made in the next turn is not
/// taken for missing.</summary>
internal sealed class HostRound(
    HostNetwork host, HostAddresses addresses, EndpointGuard guard, Masquerade masquerade, ControlLoop loop, RepeatedTasks tasks)
{
    /// <returns>Whether nothing failed.</returns>
    public Task<bool> RunAsync(CancellationToken cancellationToken) => loop.RunAsync(Run, cancellationToken);

    private bool Run()
    {
        HostView seen = host.Look();
        bool good = tasks.Try("reading the host's addresses", () => addresses.Refresh(seen));
        good &= tasks.Try("keeping the gateway", () =>
        {
            if (guard.CheckGateway(seen))
                seen = host.Look();
        });
        good &= tasks.Try("guarding endpoints", () => guard.Check(seen));
        return good & tasks.Try("following the uplinks", () => masquerade.Refresh(seen));
    }
}
