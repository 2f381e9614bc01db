using System.Threading.Channels;

namespace Ciliate.Agent.Control;

/// <summary>The one place where anything changes. Work is taken one item at a time, in the order it came, so the code behind it needs no
/// locks; readers look at immutable snapshots instead of asking here.</summary>
public sealed class ControlLoop : IAsyncDisposable
{
    // More waiting requests than this and a caller waits for room: the bound of what the queue can hold in memory.
    private const int Capacity = 256;

    private readonly Channel<Action> _queue = Channel.CreateBounded<Action>(new BoundedChannelOptions(Capacity) { SingleReader = true });
    private readonly Task _consumer;
    private readonly TimeProvider _time;
    // Timestamp; 0: none.
    private long _begun;

    public ControlLoop(TimeProvider? time = null)
    {
        _time = time ?? TimeProvider.System;
        _consumer = Task.Factory.StartNew(
            Consume, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default).Unwrap();
    }

    /// <summary>How long the piece of work that is being done has taken by now; zero when there is none. Thread-safe.</summary>
    public TimeSpan Working => Interlocked.Read(ref _begun) is var begun and not 0 ? _time.GetElapsedTime(begun) : TimeSpan.Zero;

    /// <summary>Runs the work in its turn and returns its result or error. Cancelling takes work that has not begun out of the queue;
    /// what has begun is finished, because half a change is worse than one nobody waits for.</summary>
    public async Task<T> RunAsync<T>(Func<T> work, CancellationToken cancellationToken)
    {
        var completion = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        await _queue.Writer.WriteAsync(() => Execute(work, completion, cancellationToken), cancellationToken).ConfigureAwait(false);
        return await completion.Task.ConfigureAwait(false);
    }

    public Task RunAsync(Action work, CancellationToken cancellationToken) =>
        RunAsync(
            () =>
            {
                work();
                return true;
            },
            cancellationToken);

    /// <summary>Takes no more work and returns when what is queued is done.</summary>
    public async ValueTask DisposeAsync()
    {
        _queue.Writer.TryComplete();
        await _consumer.ConfigureAwait(false);
    }

    private static void Execute<T>(Func<T> work, TaskCompletionSource<T> completion, CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested)
        {
            completion.TrySetCanceled(cancellationToken);
            return;
        }

        try
        {
            completion.TrySetResult(work());
        }
#pragma warning disable CA1031 // Whatever it is, it belongs to the one who asked, not to the loop.
        catch (Exception error)
#pragma warning restore CA1031
        {
            completion.TrySetException(error);
        }
    }

    private async Task Consume()
    {
        await foreach (Action work in _queue.Reader.ReadAllAsync().ConfigureAwait(false))
        {
            Interlocked.Exchange(ref _begun, _time.GetTimestamp());
            work();
            Interlocked.Exchange(ref _begun, 0);
        }
    }
}
