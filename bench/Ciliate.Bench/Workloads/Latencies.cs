using System.Diagnostics;

namespace Ciliate.Bench.Workloads;

/// <summary>Times of one slice, in the clock's ticks, and the rate of each window of it; room is made once, for the longest
/// slice.</summary>
internal sealed class Latencies
{
    private const int Capacity = 1 << 20;
    private const int WindowCapacity = 1 << 10;
    private static readonly long s_window = Stopwatch.Frequency / 50;

    private readonly uint[] _ticks = new uint[Capacity];
    private readonly double[] _rates = new double[WindowCapacity];
    private long _warm;
    private long _end;
    private int _windows;
    private long _windowStart;
    private int _windowExchanges;

    public int Count { get; private set; }

    /// <summary>Begins a slice; its first fifth is warm-up and not counted.</summary>
    public void Begin(TimeSpan length)
    {
        long ticks = (long)(length.TotalSeconds * Stopwatch.Frequency);
        long start = Stopwatch.GetTimestamp();
        _warm = start + (ticks / 5);
        _end = start + ticks;
        Count = _windows = _windowExchanges = 0;
    }

    /// <summary>Notes one exchange; false when the slice is over.</summary>
    /// <param name="finished">When the next one may begin.</param>
    public bool Add(long from, long to, long finished)
    {
        if (from >= _warm && Count < Capacity)
        {
            _ticks[Count++] = (uint)(to - from);
            CountInWindow(from, finished);
        }
        // A window at least, however busy the machine.
        return finished < _end || _windows == 0;
    }

    /// <summary>Microseconds. The order of the values is lost.</summary>
    public double Median()
    {
        Array.Sort(_ticks, 0, Count);
        return _ticks[Count / 2] * 1e6 / Stopwatch.Frequency;
    }

    /// <summary>Exchanges per second: the median of windows of 20 ms, so that a pause that others make in one of them does not
    /// count.</summary>
    public double Rate()
    {
        Array.Sort(_rates, 0, _windows);
        return _rates[_windows / 2];
    }

    private void CountInWindow(long from, long finished)
    {
        if (_windowExchanges++ == 0)
            _windowStart = from;
        if (finished - _windowStart < s_window || _windows == WindowCapacity)
            return;
        _rates[_windows++] = _windowExchanges * (double)Stopwatch.Frequency / (finished - _windowStart);
        _windowExchanges = 0;
    }
}
