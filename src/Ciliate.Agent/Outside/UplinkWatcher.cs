using Ciliate.Agent.Control;
using Ciliate.Agent.Logging;
using Ciliate.Datapath;
using Ciliate.Netlink;
using Microsoft.Extensions.Logging;

namespace Ciliate.Agent.Outside;

/// <summary>Follows the uplinks: an interface, address or default route that comes, changes or goes.</summary>
internal sealed class UplinkWatcher(Masquerade masquerade, ControlLoop loop, ChangeMonitor monitor, ILogger logger)
{
    /// <summary>Runs until cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        await foreach (bool _ in monitor.Changes.ReadAllAsync(cancellationToken).ConfigureAwait(false))
        {
            try
            {
                await loop.RunAsync(masquerade.Refresh, cancellationToken).ConfigureAwait(false);
            }
            catch (Exception error) when (error is DatapathException or NetlinkException)
            {
                // An interface that went between the look and the deed; the next change or the next round of housekeeping looks again.
                logger.PeriodicTaskFailed("following the uplinks", error.Message);
            }
        }
    }
}
