namespace Ciliate.Agent.Hosting;

/// <summary>Gives memory back to the system after a large change: the runtime keeps what it once needed, and the agent has needed it for a moment only.</summary>
internal sealed class HeapTrim
{
    /// <summary>Bytes that are left to the runtime for the next changes.</summary>
    private const long Slack = 16 * 1024 * 1024;

    /// <summary>Of the heap when it was last made small.</summary>
    private long _small;

    /// <summary>Bytes allocated up to the last run.</summary>
    private long _allocated;

    /// <summary>Cheap while nothing is to be given back. Else it halts the agent, and no packet, for as long as a full collection takes: not while changes
    /// go on, which would wait for it and need the memory again.</summary>
    public void Run()
    {
        long before = _allocated;
        _allocated = GC.GetTotalAllocatedBytes();
        if (_allocated - before > Slack)
            return;
        if (GC.GetGCMemoryInfo(GCKind.Any).TotalCommittedBytes <= _small + Slack)
            return;
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        _small = GC.GetGCMemoryInfo(GCKind.FullBlocking).TotalCommittedBytes;
    }
}
