using System.Threading.Channels;
using Ciliate.Agent.Control;
using Ciliate.Agent.Health;
using Ciliate.Agent.Logging;
using Ciliate.Agent.Policies;
using Ciliate.Datapath;
using Microsoft.Extensions.Logging;

namespace Ciliate.Agent.Hosting;

/// <summary>Brings what the policy directory says into force as often as it changes. What is not valid is told, and what was in force stays.</summary>
internal sealed class PolicyFollower(
    PolicyDirectory directory, PolicyManager policies, ControlLoop loop, HealthBoard board, TimeProvider time, ILogger logger)
{
    private const string What = "policy-directory";

    /// <summary>Editors write in several steps; what is read between them is told as broken, or worse, is a valid half.</summary>
    private static readonly TimeSpan s_settle = TimeSpan.FromMilliseconds(200);

    /// <summary>Whoever writes without a pause is not waited for.</summary>
    private const int MostMoments = 25;

    private readonly Channel<bool> _events = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    /// <summary>Null: to be read whatever it is.</summary>
    private string? _seen;

    /// <summary>Runs until cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        if (directory.Path is not { } path)
        {
            await Task.Delay(Timeout.Infinite, cancellationToken).ConfigureAwait(false);
            return;
        }

        using FileSystemWatcher? watcher = TryWatch(path);
        while (true)
        {
            await FollowAsync(cancellationToken).ConfigureAwait(false);
            await WaitAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task FollowAsync(CancellationToken cancellationToken)
    {
        string stamp = directory.Stamp();
        if (stamp == _seen)
            return;
        // Read here, so that nobody waits for it in the control loop.
        try
        {
            IReadOnlyList<PolicySubmission> files = directory.Read();
            await loop.RunAsync(() => policies.Follow(files), cancellationToken).ConfigureAwait(false);
            _seen = stamp;
            board.Report(What, null);
        }
        catch (Exception error) when (error is AgentException or DatapathException)
        {
            // What the kernel or the disk refused they may take the next time; a file that is not valid stays so until it is written.
            _seen = error is AgentException { Kind: AgentError.Invalid } ? stamp : null;
            logger.PoliciesNotFollowed(error.Message);
            board.Report(What, $"{error.Message}; the policies from before stay in force");
        }
    }

    /// <summary>Returns when something was written and nothing more for a moment; or after a while, since watches miss a directory that was
    /// put in the place of another.</summary>
    private async Task WaitAsync(CancellationToken cancellationToken)
    {
        if (!await HappensWithinAsync(Housekeeping.Interval, cancellationToken).ConfigureAwait(false))
            return;
        _seen = null;
        int moments = 0;
        do
            _events.Reader.TryRead(out _);
        while (++moments < MostMoments && await HappensWithinAsync(s_settle, cancellationToken).ConfigureAwait(false));
    }

    private async Task<bool> HappensWithinAsync(TimeSpan limit, CancellationToken cancellationToken)
    {
        using var late = new CancellationTokenSource(limit, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancellationToken);
        try
        {
            return await _events.Reader.WaitToReadAsync(either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return false;
        }
    }

    /// <summary>Null where the kernel has no watch left: then changes are seen by looking.</summary>
    private FileSystemWatcher? TryWatch(string path)
    {
        try
        {
            var watcher = new FileSystemWatcher(path);
            watcher.Changed += Happens;
            watcher.Created += Happens;
            watcher.Deleted += Happens;
            watcher.Renamed += Happens;
            watcher.Error += (_, _) => _events.Writer.TryWrite(true);
            watcher.EnableRaisingEvents = true;
            return watcher;
        }
        catch (Exception error) when (error is IOException or ArgumentException)
        {
            logger.PoliciesNotWatched(path, error.Message);
            return null;
        }
    }

    private void Happens(object sender, FileSystemEventArgs what) => _events.Writer.TryWrite(true);
}
