using Ciliate.Agent.Control;
using Ciliate.Agent.Health;
using Ciliate.Agent.Logging;
using Ciliate.Agent.Policies;
using Ciliate.Datapath;
using Microsoft.Extensions.Logging;

namespace Ciliate.Agent.Hosting;

/// <summary>Brings what the policy directory says into force as often as it changes. What is not valid is told, and what was in force stays.
/// It looks instead of watching: no watch tells of what links lead to, of mounts, or of a directory that came in the place of another.</summary>
/// <param name="followed">Stamp of the directory that is in force already; null: none.</param>
internal sealed class PolicyFollower(
    PolicyDirectory directory, string? followed, PolicyManager policies, ControlLoop loop, HealthBoard board, TimeProvider time, ILogger logger)
{
    private const string What = "policy-directory";

    /// <summary>What was found must be found again after that time: editors write in several steps, and half a file can be a valid one.</summary>
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(250);

    /// <summary>Looking takes no more than one part of the time in so many.</summary>
    private const int Rarely = 200;

    /// <summary>What was acted on.</summary>
    private string? _done = followed;

    /// <summary>What was logged as wrong, and still is.</summary>
    private string? _told;

    /// <summary>Runs until cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        if (!directory.IsFollowed)
            await Task.Delay(Timeout.Infinite, cancellationToken).ConfigureAwait(false);
        string? last = null;
        while (true)
        {
            long start = time.GetTimestamp();
            string stamp = directory.Stamp();
            TimeSpan pause = Rarely * time.GetElapsedTime(start);
            if (stamp == last && stamp != _done && !await TryFollowAsync(stamp, cancellationToken).ConfigureAwait(false))
                pause = Housekeeping.Interval;
            last = stamp;
            await Task.Delay(pause > s_pause ? pause : s_pause, time, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>False: it is to be tried again.</summary>
    private async Task<bool> TryFollowAsync(string stamp, CancellationToken cancellationToken)
    {
        try
        {
            // Read here, so that nobody waits for it in the control loop.
            IReadOnlyList<PolicySubmission> files = directory.Read()?.Files ?? [];
            await loop.RunAsync(() => Follow(files), cancellationToken).ConfigureAwait(false);
            board.Report(What, null);
            _told = null;
        }
        catch (Exception error) when (error is AgentException or DatapathException)
        {
            if (_told != error.Message)
                logger.PoliciesNotFollowed(error.Message);
            _told = error.Message;
            board.Report(What, $"{error.Message}; the policies from before stay in force");
            // What the kernel or the disk refused they may take the next time; what is not valid stays so until it is written.
            if (error is not AgentException { Kind: AgentError.Invalid })
                return false;
        }

        _done = stamp;
        return true;
    }

    private void Follow(IReadOnlyList<PolicySubmission> files)
    {
        PolicyState before = policies.Current;
        logger.FollowedPoliciesGone(before, policies.Follow(files));
    }
}
