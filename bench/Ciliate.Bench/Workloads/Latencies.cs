using System.Diagnostics;

namespace Ciliate.Bench.Workloads;

/// <summary>Times of one slice, in the clock's ticks; room is made once, for the longest slice.</summary>
internal sealed class Latencies
{
    private const int Capacity = 1 << 20;

    private readonly uint[] _ticks = new uint[Capacity];
    private long _start;
    private long _warm;
    private long _end;
    private long _firstCounted;
    private long _lastCounted;

    public int Count { get; private set; }

    /// <summary>Begins a slice; its first fifth is warm-up and not counted.</summary>
    public void Begin(TimeSpan length)
    {
        long ticks = (long)(length.TotalSeconds * Stopwatch.Frequency);
        _start = Stopwatch.GetTimestamp();
        _warm = _start + (ticks / 5);
        _end = _start + ticks;
        Count = 0;
    }

    /// <summary>Notes one exchange; false when the slice is over.</summary>
    public bool Add(long from, long to, long finished)
    {
        if (from >= _warm && Count < Capacity)
        {
            if (Count == 0)
                _firstCounted = from;
            _ticks[Count++] = (uint)(to - from);
            _lastCounted = finished;
        }
        // One at least, however busy the machine.
        return finished < _end || Count == 0;
    }

    /// <summary>Microseconds. The order of the values is lost.</summary>
    public double Median()
    {
        Array.Sort(_ticks, 0, Count);
        return _ticks[Count / 2] * 1e6 / Stopwatch.Frequency;
    }

    /// <summary>Exchanges per second.</summary>
    public double Rate() => Count / Stopwatch.GetElapsedTime(_firstCounted, _lastCounted).TotalSeconds;
}
