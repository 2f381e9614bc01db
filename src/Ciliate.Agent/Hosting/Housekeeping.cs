using Ciliate.Agent.Control;
using Ciliate.Agent.Logging;
using Ciliate.Datapath;
using Microsoft.Extensions.Logging;

namespace Ciliate.Agent.Hosting;

/// <summary>What has to be done every few seconds.</summary>
internal sealed class Housekeeping(IDatapath datapath, ControlLoop loop, TimeProvider time, ILogger logger)
{
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(3);

    /// <summary>Runs until cancelled. A round that fails is logged and followed by the next.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        while (await timer.WaitForNextTickAsync(cancellationToken).ConfigureAwait(false))
        {
            try
            {
                int collected = await loop.RunAsync(datapath.CollectFlows, cancellationToken).ConfigureAwait(false);
                if (collected > 0)
                    logger.FlowsCollected(collected);
            }
            catch (DatapathException error)
            {
                logger.PeriodicTaskFailed("collecting flows", error.Message);
            }
        }
    }
}
