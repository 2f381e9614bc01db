using Ciliate.Linux;

namespace Ciliate.Bpf;

/// <summary>Drains a ring buffer on a thread of its own. Disposing stops the thread within one callback and waits for it.</summary>
public sealed class RingBufferReader : IDisposable
{
    private const ulong RingTag = 0;
    private const ulong StopTag = 1;

    // Between two looks it takes no more than this, so that a stop is seen soon.
    private const int RecordsPerTurn = 1024;

    private readonly RingBuffer _ring;
    private readonly RingBufferRecord _callback;
    private readonly int _lingerMilliseconds;
    private readonly FileDescriptor _map;
    private readonly Epoll _epoll;
    private readonly EventDescriptor _stop;
    private readonly Lock _turn = new();
    private readonly TaskCompletionSource _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Thread _thread;
    private volatile bool _stopping;
    private bool _disposed;
    private bool _closed;

    private RingBufferReader(BpfMap map, RingBufferRecord callback, TimeSpan linger)
    {
        _lingerMilliseconds = (int)linger.TotalMilliseconds;
        _callback = callback;
        try
        {
            _ring = new RingBuffer(map);
            _map = map.Descriptor.Duplicate();
            _epoll = new Epoll();
            _stop = new EventDescriptor();
            _epoll.Add(_map, EpollEvents.Readable, RingTag);
            _epoll.Add(_stop.Descriptor, EpollEvents.Readable, StopTag);
        }
        catch
        {
            Close();
            _stop?.Dispose();
            throw;
        }

        _thread = new Thread(Run) { IsBackground = true, Name = $"ring {map.Name}" };
    }

    /// <summary>Ends when the reader is disposed; fails with the exception of the callback, after which nothing is read any more.</summary>
    public Task Completion => _completion.Task;

    /// <param name="callback">Called on the reader's thread, or on that of <see cref="ReadNow"/>, one record at a time; it should hand over and return.</param>
    /// <param name="linger">How long after the last record the reader looks again by itself before it sleeps until it is woken. A program
    /// need then wake it only once in that time (BPF_RB_FORCE_WAKEUP, then BPF_RB_NO_WAKEUP).</param>
    public static RingBufferReader Start(BpfMap map, RingBufferRecord callback, TimeSpan linger = default)
    {
        var reader = new RingBufferReader(map, callback, linger);
        reader._thread.Start();
        return reader;
    }

    /// <summary>Hands over on the caller's thread what is there: when it returns the callback has seen every record that was written before.
    /// What the callback throws comes out here. Not to be called from the callback.</summary>
    /// <exception cref="ObjectDisposedException">The reader has ended.</exception>
    public void ReadNow()
    {
        lock (_turn)
        {
            ObjectDisposedException.ThrowIf(_closed, this);
            _ = _ring.Consume(_callback);
        }
    }

    public void Dispose()
    {
        if (_disposed)
        {
            return;
        }

        _disposed = true;
        _stopping = true;
        // From inside the callback there is nothing to wait for: the thread ends when the callback returns.
        if (Thread.CurrentThread != _thread)
        {
            _stop.Signal();
            _thread.Join();
            _stop.Dispose();
        }
    }

    private void Run()
    {
        try
        {
            Span<EpollReady> ready = stackalloc EpollReady[2];
            while (!_stopping)
            {
                int consumed = Turn();
                if (consumed < RecordsPerTurn)
                {
                    _ = _epoll.Wait(ready, consumed == 0 ? -1 : _lingerMilliseconds);
                }
            }

            _completion.SetResult();
        }
#pragma warning disable CA1031 // Whatever the callback throws belongs to whoever awaits Completion, and must not end the process.
        catch (Exception error)
#pragma warning restore CA1031
        {
            _completion.SetException(error);
        }
        finally
        {
            lock (_turn)
            {
                _closed = true;
                Close();
            }
        }
    }

    private int Turn()
    {
        lock (_turn)
        {
            return _ring.Consume(_callback, RecordsPerTurn);
        }
    }

    /// <summary>What the thread uses; some of it is not there when the constructor fails.</summary>
    private void Close()
    {
        _ring?.Dispose();
        _epoll?.Dispose();
        _map?.Dispose();
    }
}
