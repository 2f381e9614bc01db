namespace Ciliate.Agent.Flows;

/// <summary>The last flows, and those who follow. Written by one task, read by any.</summary>
public sealed class FlowLog(int capacity = FlowLog.DefaultCapacity)
{
    public const int DefaultCapacity = 4096;

    private readonly Lock _gate = new();
    private readonly FlowRecord?[] _ring = new FlowRecord?[capacity];
    private readonly List<FlowFollower> _followers = [];
    private ulong _count;
    private bool _closed;

    /// <summary>Flows seen since the agent started.</summary>
    public ulong Count
    {
        get
        {
            lock (_gate)
                return _count;
        }
    }

    public void Add(FlowRecord flow)
    {
        lock (_gate)
        {
            _ring[_count++ % (ulong)capacity] = flow;
            foreach (FlowFollower follower in _followers)
                follower.Offer(flow);
        }
    }

    /// <summary>The newest flows that match, oldest of them first.</summary>
    public IReadOnlyList<FlowRecord> Last(int most, FlowFilter filter)
    {
        lock (_gate)
            return LastLocked(most, filter);
    }

    /// <summary>The flow of that number, counted from 1; null when it is gone or did not come yet.</summary>
    public FlowRecord? Find(ulong sequence)
    {
        lock (_gate)
            return Array.Find(_ring, flow => flow?.Sequence == sequence);
    }

    /// <summary>The newest flows that match and a reader of all later ones: none is missed or seen twice in between.</summary>
    public (IReadOnlyList<FlowRecord> Last, FlowFollower Follower) Follow(int most, FlowFilter filter)
    {
        var follower = new FlowFollower(this, filter);
        lock (_gate)
        {
            if (_closed)
                follower.Complete();
            else
                _followers.Add(follower);
            return (LastLocked(most, filter), follower);
        }
    }

    /// <summary>Ends all followers, so that their readers come to an end.</summary>
    public void Close()
    {
        lock (_gate)
        {
            _closed = true;
            foreach (FlowFollower follower in _followers)
                follower.Complete();
            _followers.Clear();
        }
    }

    internal void Leave(FlowFollower follower)
    {
        lock (_gate)
            _followers.Remove(follower);
        follower.Complete();
    }

    private List<FlowRecord> LastLocked(int most, FlowFilter filter)
    {
        var found = new List<FlowRecord>();
        ulong held = Math.Min(_count, (ulong)capacity);
        for (ulong back = 1; back <= held && found.Count < most; back++)
        {
            FlowRecord flow = _ring[(_count - back) % (ulong)capacity]!;
            if (filter.Matches(flow))
                found.Add(flow);
        }

        found.Reverse();
        return found;
    }
}
