using System.Net;
using Ciliate.Bpf;
using Ciliate.Datapath.Abi;

namespace Ciliate.Datapath;

/// <summary>What is masqueraded, and what is not. Programs make and remove the entries; here they are read.</summary>
internal sealed class NatTable(BpfMap<NatKey, NatValue> nat, BpfMap<IpcacheKey, NatExclusion> exclusions, BpfMap<uint, Abi.Uplink> uplinks)
{
    public IReadOnlyList<NatRow> Dump() => [.. nat.Entries().Select(pair => RowOf(pair.Key, pair.Value))];

    public int Count() => nat.Entries().Count();

    /// <summary>Rows of uplinks that a flow may name.</summary>
    public IReadOnlySet<uint> UsedUplinks() => nat.Entries().Select(pair => (uint)pair.Value.Uplink).ToHashSet();

    public void SetExclusions(IReadOnlyList<IPNetwork> prefixes)
    {
        var wanted = prefixes.Select(Ipcache.KeyOf).ToHashSet();
        foreach (var key in wanted)
            exclusions.Update(key, default);
        foreach (var (key, _) in exclusions.Entries().Where(pair => !wanted.Contains(pair.Key)).ToList())
            exclusions.Delete(key);
    }

    private NatRow RowOf(in NatKey key, in NatValue value) => new(
        key.Protocol, AddressOf(value.Container), value.Port.ToHost(), AddressOf(key.Local), key.LocalPort.ToHost(),
        AddressOf(key.Remote), key.RemotePort.ToHost(), value.Endpoint,
        uplinks.TryGet(value.Uplink, out var uplink) ? (int)uplink.Ifindex : 0);

    private static IPAddress AddressOf(Address address) => AddressCodec.Decode(address) ?? IPAddress.IPv6Any;
}
