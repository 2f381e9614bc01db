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

    private EndpointRow RowOf(ushort id)
    {
        var row = _endpoints.Read(id);
        uint slot = EndpointTable.SlotOf(row.Commit);
        uint identity = row.Commit != 0 && _slots.TryRead(slot, out var content) ? content.Identity : 0;
        return new EndpointRow(id, EndpointTable.GenerationOf(row.Commit), slot, (int)row.Ifindex, AddressCodec.Decode(row.Mac),
            AddressCodec.Decode(row.Ipv4), AddressCodec.Decode(row.Ipv6), identity, _flowCounts.OwnedBy(id), _flowCounts.IncomingOf(id));
    }
}
