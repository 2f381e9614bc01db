using System.Threading.Channels;

namespace Ciliate.Agent.Flows;

/// <summary>A reader of flows as they come. One that is too slow loses flows and is told how many; it never holds up the others.</summary>
public sealed class FlowFollower : IDisposable
{
    private const int Capacity = 1024;

    private readonly Channel<FlowRecord> _channel = Channel.CreateBounded<FlowRecord>(
        new BoundedChannelOptions(Capacity) { SingleReader = true, SingleWriter = true });

    private readonly FlowLog _log;
    private readonly FlowFilter _filter;
    private long _lost;

    internal FlowFollower(FlowLog log, FlowFilter filter)
    {
        _log = log;
        _filter = filter;
    }

    public ChannelReader<FlowRecord> Flows => _channel.Reader;

    /// <summary>How many matching flows were lost since the last call.</summary>
    public long TakeLost() => Interlocked.Exchange(ref _lost, 0);

    public void Dispose() => _log.Leave(this);

    internal void Offer(FlowRecord flow)
    {
        if (_filter.Matches(flow) && !_channel.Writer.TryWrite(flow))
            Interlocked.Increment(ref _lost);
    }

    internal void Complete() => _channel.Writer.TryComplete();
}
