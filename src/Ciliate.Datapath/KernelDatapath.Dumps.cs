using Ciliate.Datapath.Abi;

namespace Ciliate.Datapath;

/// <summary>What stands in the kernel's tables.</summary>
public sealed partial class KernelDatapath
{
    public IReadOnlyList<EndpointRow> DumpEndpoints()
    {
        var rows = new List<EndpointRow>();
        foreach (ushort id in _endpoints.Ids())
            rows.Add(RowOf(id));
        return rows;
    }

    public IReadOnlyList<PolicyRow> DumpPolicy() => Explain("read the policy table", () =>
    {
        var owners = new Dictionary<uint, (ushort Endpoint, uint Generation)>();
        foreach (var row in DumpEndpoints())
            owners[row.Slot] = (row.Id, row.Generation);
        var rows = new List<PolicyRow>();
        foreach (var (slot, entry) in _policy.Dump())
        {
            // Entries of a slot that nobody's commit word names are a generation on its way in or out.
            if (owners.TryGetValue(slot, out var owner))
                rows.Add(new PolicyRow(owner.Endpoint, owner.Generation, entry));
        }
        return rows;
    });

    public IReadOnlyList<FlowRow> DumpFlows() => Explain("read the flow table", _flows.Dump);

    public IReadOnlyList<IpcacheRow> DumpIpcache() => Explain("read ipcache", _ipcache.Dump);

    public DatapathCounters ReadCounters() => Explain("read the counters", () =>
    {
        var endpoints = new List<EndpointCounters>();
        foreach (var row in DumpEndpoints())
            endpoints.Add(CountersOf(row.Id));
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
        return new DatapathCounters(endpoints, drops);
    });

    private EndpointCounters CountersOf(ushort id)
    {
        var sum = new EndpointCounters(id, 0, 0, 0, 0, 0, 0);
        foreach (var cpu in _maps.EndpointCounts[id])
        {
            sum = sum with
            {
                EgressPackets = sum.EgressPackets + cpu.EgressPackets,
                EgressBytes = sum.EgressBytes + cpu.EgressBytes,
                IngressPackets = sum.IngressPackets + cpu.IngressPackets,
                IngressBytes = sum.IngressBytes + cpu.IngressBytes,
                Drops = sum.Drops + cpu.Drops,
            };
        }
        foreach (ulong packets in _maps.JudgedAgain[id])
            sum = sum with { JudgedAgain = sum.JudgedAgain + packets };
        return sum;
    }

    private EndpointRow RowOf(ushort id)
    {
        var row = _endpoints.Read(id);
        uint slot = EndpointTable.SlotOf(row.Commit);
        uint identity = row.Commit != 0 && _slots.TryRead(slot, out var content) ? content.Identity : 0;
        return new EndpointRow(id, EndpointTable.GenerationOf(row.Commit), slot, (int)row.Ifindex, AddressCodec.Decode(row.Mac),
            AddressCodec.Decode(row.Ipv4), AddressCodec.Decode(row.Ipv6), identity, _flowCounts.OwnedBy(id));
    }
}
