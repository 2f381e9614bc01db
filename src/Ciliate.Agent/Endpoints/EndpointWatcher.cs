using Ciliate.Agent.Control;
using Ciliate.Agent.Logging;
using Ciliate.Netlink;
using Microsoft.Extensions.Logging;

namespace Ciliate.Agent.Endpoints;

/// <summary>Notices when an endpoint's interface vanishes, as it does when the container's namespace ends.</summary>
internal sealed class EndpointWatcher(EndpointManager manager, ControlLoop loop, LinkMonitor monitor, ILogger logger)
{
    /// <summary>Runs until cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        await foreach (LinkEvent change in monitor.Events.ReadAllAsync(cancellationToken).ConfigureAwait(false))
        {
            if (change.Kind == LinkEventKind.Removed && change.Link is { } link)
                await loop.RunAsync(() => Gone(link), cancellationToken).ConfigureAwait(false);
        }
    }

    private void Gone(Link link)
    {
        Endpoint? endpoint = manager.Endpoints.Rows.FirstOrDefault(row => row.HostIfIndex == link.Index && row.State == EndpointState.Ready);
        if (endpoint is null)
            return;
        try
        {
            manager.Disconnect(endpoint);
        }
#pragma warning disable CA1031 // What befalls one endpoint must not end the guard of all others.
        catch (Exception error)
#pragma warning restore CA1031
        {
            // Its delete does the same again.
            logger.DisconnectFailed(endpoint.Id, endpoint.Name, error.Message);
        }
    }
}
