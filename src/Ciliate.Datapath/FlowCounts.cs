using Ciliate.Bpf;
using Ciliate.Datapath.Abi;

namespace Ciliate.Datapath;

/// <summary>How many flows each endpoint owns, and how many of them strangers opened; row 0: all together. Only programs change them,
/// together with the table.</summary>
internal sealed class FlowCounts(MappedArray<FlowQuota> quotas, BpfMap<FlowKey, Flow> flows)
{
    /// <summary>Differences that flows which come and go while they are counted may make.</summary>
    private const int Slack = 64;

    public uint All => OwnedBy(0);

    public uint OwnedBy(ushort endpoint) => (uint)Math.Max(0, Volatile.Read(ref quotas[endpoint].Flows));

    public uint IncomingOf(ushort endpoint) => (uint)Math.Max(0, Volatile.Read(ref quotas[endpoint].Incoming));

    /// <summary>Sets the counts right if they tell something else than the table, as after a table or an agent of another version. Packets go
    /// on meanwhile: a count that changes is left alone unless it is farther off than that can explain.</summary>
    public void Verify()
    {
        FlowQuota[] before = Read(), found = new FlowQuota[quotas.Length];
        foreach (var (_, flow) in flows.Entries())
        {
            found[0].Flows++;
            found[flow.Owner].Flows++;
            found[flow.Owner].Incoming += ((FlowFlag)flow.Flags).HasFlag(FlowFlag.Incoming) ? 1 : 0;
        }
        FlowQuota[] after = Read();
        for (int row = 0; row < found.Length; row++)
        {
            SetRight(ref quotas[row].Flows, before[row].Flows, after[row].Flows, found[row].Flows);
            SetRight(ref quotas[row].Incoming, before[row].Incoming, after[row].Incoming, found[row].Incoming);
        }
    }

    private static void SetRight(ref int count, int before, int after, int found)
    {
        int difference = found - after;
        int moved = Math.Abs(after - before);
        if (difference != 0 && (moved == 0 || Math.Abs(difference) > moved + Slack))
            Interlocked.Add(ref count, difference);
    }

    private FlowQuota[] Read() => [.. Enumerable.Range(0, quotas.Length).Select(row => new FlowQuota
    {
        Flows = Volatile.Read(ref quotas[row].Flows),
        Incoming = Volatile.Read(ref quotas[row].Incoming),
    })];
}
