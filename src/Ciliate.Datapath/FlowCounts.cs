using Ciliate.Bpf;
using Ciliate.Datapath.Abi;

namespace Ciliate.Datapath;

/// <summary>How many flows each endpoint owns; row 0: all together. Only programs change them, together with the table.</summary>
internal sealed class FlowCounts(MappedArray<FlowQuota> quotas, BpfMap<FlowKey, Flow> flows)
{
    /// <summary>Differences that flows which come and go while they are counted may make.</summary>
    private const int Slack = 64;

    public uint All => OwnedBy(0);

    public uint OwnedBy(ushort endpoint) => (uint)Math.Max(0, Volatile.Read(ref quotas[endpoint].Flows));

    /// <summary>Sets the counts right if they tell something else than the table, as after a table or an agent of another version. Packets go
    /// on meanwhile: a count that changes is left alone unless it is farther off than that can explain.</summary>
    public void Verify()
    {
        int[] before = Read(), found = new int[quotas.Length];
        foreach (var (_, flow) in flows.Entries())
        {
            found[flow.Owner]++;
            found[0]++;
        }
        int[] after = Read();
        for (int row = 0; row < found.Length; row++)
        {
            int difference = found[row] - after[row];
            int moved = Math.Abs(after[row] - before[row]);
            if (difference != 0 && (moved == 0 || Math.Abs(difference) > moved + Slack))
                Interlocked.Add(ref quotas[row].Flows, difference);
        }
    }

    private int[] Read() => [.. Enumerable.Range(0, quotas.Length).Select(row => Volatile.Read(ref quotas[row].Flows))];
}
