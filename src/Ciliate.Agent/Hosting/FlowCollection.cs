using Ciliate.Agent.Flows;
using Ciliate.Agent.Health;
using Ciliate.Agent.Logging;
using Ciliate.Datapath;
using Microsoft.Extensions.Logging;

namespace Ciliate.Agent.Hosting;

/// <summary>Removes flows that have ended, every few seconds. Beside the control loop, which nobody shall wait for because a table is
/// large.</summary>
internal sealed class FlowCollection(IDatapath datapath, CollectionFigures figures, HealthBoard board, TimeProvider time, ILogger logger)
{
    private const string What = "collecting flows";

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
            board.Report(What, null);
            if (round.Removed > 0)
                logger.FlowsCollected(round.Removed);
        }
        catch (DatapathException error)
        {
            logger.PeriodicTaskFailed(What, error.Message);
            board.Report(What, $"{What} fails and is tried again: {error.Message}");
        }
    }
}
