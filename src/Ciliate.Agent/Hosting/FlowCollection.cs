using Ciliate.Agent.Flows;
using Ciliate.Agent.Logging;
using Ciliate.Datapath;
using Microsoft.Extensions.Logging;

namespace Ciliate.Agent.Hosting;

/// <summary>Removes flows that have ended, every few seconds. Beside the control loop, which nobody shall wait for because a table is
/// large.</summary>
internal sealed class FlowCollection(IDatapath datapath, CollectionFigures figures, TimeProvider time, ILogger logger)
{
    /// <summary>Runs until cancelled. A round that fails is logged and followed by the next.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(Housekeeping.Interval, time);
        while (await timer.WaitForNextTickAsync(cancellationToken).ConfigureAwait(false))
            await Task.Run(() => Collect(cancellationToken), cancellationToken).ConfigureAwait(false);
    }

    private void Collect(CancellationToken cancellationToken)
    {
        try
        {
            CollectionRound round = datapath.CollectFlows(cancellationToken);
            figures.Add(round);
            if (round.Removed > 0)
                logger.FlowsCollected(round.Removed);
        }
        catch (DatapathException error)
        {
            logger.PeriodicTaskFailed("collecting flows", error.Message);
        }
    }
}
