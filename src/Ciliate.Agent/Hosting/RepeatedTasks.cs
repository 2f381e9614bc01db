using Ciliate.Agent.Control;
using Ciliate.Agent.Health;
using Ciliate.Agent.Logging;
using Ciliate.Datapath;
using Ciliate.Linux;
using Ciliate.Netlink;
using Microsoft.Extensions.Logging;

namespace Ciliate.Agent.Hosting;

/// <summary>What the control loop does again and again: after changes and every few seconds. One that fails is logged, and on the board until it succeeds.</summary>
internal sealed class RepeatedTasks(ControlLoop loop, HealthBoard board, ILogger logger)
{
    /// <summary>False when it failed: mostly over an interface that went between the look and the deed. The next change or round looks again.</summary>
    /// <param name="task">What is done, as the subject of a sentence.</param>
    public Task<bool> TryAsync(string task, Action work, CancellationToken cancellationToken) =>
        loop.RunAsync(() => Try(task, work), cancellationToken);

    /// <summary>The same, within a turn of the control loop.</summary>
    public bool Try(string task, Action work)
    {
        try
        {
            work();
            board.Report(task, null);
            return true;
        }
        catch (Exception error) when (error is DatapathException or NetlinkException or LinuxException or AgentException)
        {
            logger.PeriodicTaskFailed(task, error.Message);
            board.Report(task, $"{task} fails and is tried again: {error.Message}");
            return false;
        }
    }
}
