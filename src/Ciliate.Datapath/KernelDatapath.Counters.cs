using Ciliate.Bpf;
using Ciliate.Datapath.Abi;

namespace Ciliate.Datapath;

/// <summary>What programs count, and how full the tables are.</summary>
public sealed partial class KernelDatapath
{
    /// <summary>What endpoints that are gone have counted, less what all had when the datapath was opened. Below zero it wraps around, until
    /// the endpoints that are there are added.</summary>
    private EndpointCounters _balance = EndpointCounters.None;

    public DatapathCounters ReadCounters() => Explain("read the counters", () =>
    {
        EndpointCounters[] endpoints = [.. _endpoints.Ids().Select(CountersOf)];
        return new DatapathCounters(endpoints, ReadDrops(), endpoints.Aggregate(_balance, static (sum, endpoint) => sum + endpoint));
    });

    public EndpointCounters ReadCounters(ushort endpointId) => Explain($"read the counters of endpoint {endpointId}",
        () => _endpoints.Exists(endpointId) ? CountersOf(endpointId) : EndpointCounters.None with { EndpointId = endpointId });

    public TableFill ReadFill() => new(_flowCounts.All, _policy.Used, _policy.Capacity);

    public int CountNat() => Explain("count the masqueraded flows", _nat.Count);

    private void BeginCounting()
    {
        foreach (ushort id in _endpoints.Ids())
            _balance -= CountersOf(id);
    }

    /// <summary>The row is to count for another endpoint.</summary>
    private void EndCounting(ushort id)
    {
        _balance += CountersOf(id);
        _maps.EndpointCounts.Update(id, new Abi.EndpointCounters[Cpus.PossibleCount]);
        _maps.JudgedAgain.Update(id, new ulong[Cpus.PossibleCount]);
    }

    private List<DropCount> ReadDrops()
    {
        var drops = new List<DropCount>();
        for (uint index = 0; index < (uint)DropReason.ReasonCount * 2; index++)
        {
            ulong packets = 0, bytes = 0;
            foreach (var cpu in _maps.DropCounts[index])
            {
                packets += cpu.Packets;
                bytes += cpu.Bytes;
            }
            if (packets != 0)
                drops.Add(new DropCount(index / 2, (TrafficDirection)(index % 2), packets, bytes));
        }
        return drops;
    }

    private EndpointCounters CountersOf(ushort id)
    {
        var sum = EndpointCounters.None with { EndpointId = id };
        foreach (var cpu in _maps.EndpointCounts[id])
            sum += new EndpointCounters(id, cpu.EgressPackets, cpu.EgressBytes, cpu.IngressPackets, cpu.IngressBytes, cpu.Drops, JudgedAgain: 0);
        foreach (ulong packets in _maps.JudgedAgain[id])
            sum = sum with { JudgedAgain = sum.JudgedAgain + packets };
        return sum;
    }
}
