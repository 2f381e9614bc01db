using Ciliate.Bpf;
using Ciliate.Datapath.Abi;

namespace Ciliate.Datapath;

/// <summary>The rows of uplinks. Flows name them, so a row keeps its interface and addresses as long as a flow may name it; an uplink with
/// a new address gets a new row, which new flows find by <c>uplink_rows</c>. What a former agent wrote is taken over.</summary>
internal sealed class UplinkTable(BpfMap<uint, Abi.Uplink> rows, BpfMap<uint, uint> current)
{
    private const uint Count = (uint)NatLimits.MaxUplinks;

    /// <summary>Last row that was given out: a row that has just become free is the last to be taken again.</summary>
    private uint _last;

    /// <param name="isUsed">Whether a flow may name the row.</param>
    public void Set(IReadOnlyList<Uplink> uplinks, Func<uint, bool> isUsed)
    {
        Free(isUsed);
        foreach (var uplink in uplinks)
        {
            var row = RowOf(uplink);
            uint index = Find(row) ?? Take();
            rows.Update(index, row);
            current.Update((uint)uplink.IfIndex, index);
        }
        var named = uplinks.Select(uplink => (uint)uplink.IfIndex).ToHashSet();
        foreach (var (interfaceIndex, _) in current.Entries().Where(pair => !named.Contains(pair.Key)).ToList())
            current.Delete(interfaceIndex);
    }

    public IReadOnlySet<int> InterfacesOf(IEnumerable<uint> indexes) =>
        indexes.Select(index => rows.TryGet(index, out var row) ? (int)row.Ifindex : 0).Where(ifIndex => ifIndex != 0).ToHashSet();

    /// <summary>Empties rows that are neither current nor named by a flow.</summary>
    private void Free(Func<uint, bool> isUsed)
    {
        var kept = current.Entries().Select(pair => pair.Value).ToHashSet();
        for (uint index = 1; index < Count; index++)
        {
            if (rows[index].Ifindex != 0 && !kept.Contains(index) && !isUsed(index))
                rows.Update(index, default);
        }
    }

    private uint? Find(Abi.Uplink wanted)
    {
        for (uint index = 1; index < Count; index++)
        {
            var row = rows[index];
            (row.Mtu, row.Strict) = (wanted.Mtu, wanted.Strict);
            if (row.Equals(wanted))
                return index;
        }
        return null;
    }

    private uint Take()
    {
        for (uint step = 1; step < Count; step++)
        {
            uint index = 1 + ((_last + step - 1) % (Count - 1));
            if (rows[index].Ifindex != 0)
                continue;
            _last = index;
            return index;
        }
        throw new DatapathException($"all {Count - 1} rows of uplinks are in use by connections: wait until some have ended");
    }

    private static Abi.Uplink RowOf(Uplink uplink) => new()
    {
        Ifindex = (uint)uplink.IfIndex,
        Mtu = (uint)uplink.Mtu,
        Strict = uplink.IsStrict ? 1u : 0,
        Ipv4 = AddressCodec.Encode(uplink.IPv4),
        Ipv6 = AddressCodec.Encode(uplink.IPv6),
    };
}
