using Ciliate.Agent.Control;
using Ciliate.Agent.Health;

namespace Ciliate.Agent.Hosting;

/// <summary>Tells systemd that the agent lives, and how it is, from within the control loop: if the loop gets stuck nothing is told, and
/// systemd starts another agent.</summary>
internal sealed class Watchdog(ControlLoop loop, Readiness readiness, ServiceManager systemd, TimeProvider time)
{
    /// <summary>When no watchdog waits: how often the status is told.</summary>
    private static readonly TimeSpan s_usual = TimeSpan.FromSeconds(10);

    /// <summary>Runs until cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        // Half of it as sd_watchdog_enabled(3) advises.
        using var timer = new PeriodicTimer(systemd.Patience / 2 ?? s_usual, time);
        do
        {
            await loop.RunAsync(Tell, cancellationToken).ConfigureAwait(false);
        }
        while (await timer.WaitForNextTickAsync(cancellationToken).ConfigureAwait(false));
    }

    private void Tell()
    {
        if (systemd.Patience is not null)
            systemd.TellAlive();
        systemd.TellStatus(readiness.Ready.Sentence);
    }
}
