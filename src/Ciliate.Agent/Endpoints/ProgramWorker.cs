using System.Threading.Channels;
using Ciliate.Agent.Health;
using Ciliate.Agent.Logging;
using Ciliate.Agent.Metrics;
using Ciliate.Agent.State;
using Ciliate.Datapath;
using Microsoft.Extensions.Logging;

namespace Ciliate.Agent.Endpoints;

/// <summary>Brings the programs of endpoints to where they should be, one endpoint after the other and beside the control loop: an endpoint works by
/// the first programs that the kernel takes, and what is better and takes longer is done here. What fails is on the board and is tried again,
/// and the programs that run go on meanwhile.</summary>
public sealed class ProgramWorker(IDatapath datapath, Table<ushort, Endpoint> endpoints, HealthBoard board, AgentMetrics metrics, TimeProvider time, ILogger logger)
{
    /// <summary>So long nobody must have asked: to settle one endpoint takes the kernel's lock of all network settings for some 40 ms, and endpoints
    /// that come together shall not wait for it.</summary>
    public static readonly TimeSpan Quiet = TimeSpan.FromMilliseconds(150);

    private static readonly TimeSpan s_firstPause = TimeSpan.FromSeconds(1), s_longestPause = TimeSpan.FromMinutes(1);

    private readonly Lock _gate = new();
    private readonly Dictionary<ushort, Wish> _wishes = [];
    private readonly Channel<bool> _wake = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private TimeSpan _quietFrom;

    /// <param name="Due">By the clock that never jumps.</param>
    /// <param name="Pause">Since the last time that it failed; zero when it has not.</param>
    private sealed record Wish(ushort Id, TimeSpan Due, TimeSpan Pause);

    /// <summary>Endpoints whose programs may not be where they should be. Thread-safe.</summary>
    public int Waiting
    {
        get
        {
            lock (_gate)
                return _wishes.Count;
        }
    }

    private TimeSpan Now => time.GetElapsedTime(0);

    /// <summary>The endpoint has got programs, or is gone. Whoever asks twice has it done once. Thread-safe.</summary>
    public void Ask(ushort id)
    {
        lock (_gate)
        {
            _wishes[id] = new Wish(id, Now, TimeSpan.Zero);
            _quietFrom = Now + Quiet;
        }

        _wake.Writer.TryWrite(true);
    }

    /// <summary>Runs until cancelled; what has begun is finished.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            if (Next(out TimeSpan due) is not { } wish)
                await _wake.Reader.ReadAsync(cancellationToken).ConfigureAwait(false);
            else if (due > Now)
                await Task.Delay(Quiet, time, cancellationToken).ConfigureAwait(false);
            else
                await RestAfterAsync(() => Bring(wish), cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Of one processor half at the most, however many endpoints wait.</summary>
    private async Task RestAfterAsync(Action work, CancellationToken cancellationToken)
    {
        long start = time.GetTimestamp();
        await Task.Run(work, cancellationToken).ConfigureAwait(false);
        await Task.Delay(time.GetElapsedTime(start), time, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Does at once what was asked for.</summary>
    public void WorkOff()
    {
        Wish[] all;
        lock (_gate)
            all = [.. _wishes.Values];
        foreach (Wish wish in all)
            Bring(wish);
    }

    private Wish? Next(out TimeSpan due)
    {
        lock (_gate)
        {
            Wish? first = _wishes.Values.MinBy(wish => wish.Due);
            due = first?.Due > _quietFrom ? first.Due : _quietFrom;
            return first;
        }
    }

    private void Bring(Wish wish)
    {
        string subject = $"programs of endpoint {wish.Id}";
        string? problem = null;
        try
        {
            if (datapath.SettlePrograms(wish.Id) is { } settled && endpoints.Find(wish.Id) is { } endpoint)
                problem = Tell(endpoint, settled);
        }
        catch (DatapathException error) when (endpoints.Find(wish.Id) is { State: EndpointState.Ready } endpoint)
        {
            logger.ProgramsUnsettled(endpoint.Id, endpoint.Name, error.Message);
            board.Report(subject, $"endpoint '{endpoint.Name}' is guarded by its first programs, and settling them is tried again: {error.Message}");
            TimeSpan pause = wish.Pause == TimeSpan.Zero ? s_firstPause : wish.Pause * 2;
            pause = pause < s_longestPause ? pause : s_longestPause;
            Put(wish, wish with { Due = Now + pause, Pause = pause });
            return;
        }
        catch (DatapathException)
        {
            // Of an endpoint that is on its way out: whoever deletes it takes the programs away.
        }

        board.Report(subject, problem);
        Put(wish, null);
    }

    /// <summary>Null, or what is wrong: programs that were refused once would be again.</summary>
    private string? Tell(Endpoint endpoint, SettledPrograms settled)
    {
        switch (settled.State)
        {
            case TailoringState.Tailored:
                metrics.TailoredPrograms.Inc();
                metrics.TailoringTime.Observe(settled.Times.Sum(times => (times.Making + times.Loading).TotalSeconds));
                logger.ProgramsTailored(endpoint.Id, endpoint.Name);
                return null;
            case TailoringState.Refused:
                metrics.RefusedPrograms.Inc();
                logger.ProgramsRefused(endpoint.Id, endpoint.Name, settled.Refusal!);
                return $"endpoint '{endpoint.Name}' keeps the programs that all endpoints share: {settled.Refusal}";
            default:
                return null;
        }
    }

    /// <summary>Unless somebody has asked anew.</summary>
    private void Put(Wish done, Wish? next)
    {
        lock (_gate)
        {
            if (_wishes.GetValueOrDefault(done.Id) != done)
                return;
            if (next is null)
                _wishes.Remove(done.Id);
            else
                _wishes[done.Id] = next;
        }
    }
}
