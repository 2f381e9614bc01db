using System.Net;
using Ciliate.Bpf;
using Ciliate.Datapath.Abi;

namespace Ciliate.Datapath;

/// <summary>Address to identity. What was judged by the old answer is void once a change is in.</summary>
/// <remarks>IPv4 lies within IPv6 here, as ::ffff:0:0/96. So that a short prefix of IPv6, ::/0 above all, is never the answer for an address of
/// IPv4, the table always has an entry for 0.0.0.0/0: the world where nobody wants another. <see cref="Dump"/> does not show that one.</remarks>
internal sealed class Ipcache
{
    /// <summary>Bits of the network id in front of the address.</summary>
    private const int NetworkBits = 32;

    private static readonly IPNetwork EveryIPv4 = new(IPAddress.Any, 0);
    private static readonly IpcacheValue World = new() { Identity = (uint)ReservedIdentity.World };

    private readonly BpfMap<IpcacheKey, IpcacheValue> _map;
    private readonly EpochTable _epochs;

    public Ipcache(BpfMap<IpcacheKey, IpcacheValue> map, EpochTable epochs)
    {
        (_map, _epochs) = (map, epochs);
        if (!_map.Entries().Any(pair => pair.Key.Equals(KeyOf(EveryIPv4))))
            _map.Update(KeyOf(EveryIPv4), World);
    }

    public void Upsert(IPNetwork prefix, uint identity)
    {
        _map.Update(KeyOf(prefix), new IpcacheValue { Identity = identity });
        _epochs.Raise(prefix);
    }

    public void Delete(IPNetwork prefix)
    {
        Remove(prefix);
        _epochs.Raise(prefix);
    }

    /// <summary>Many, that void no judgement. One call each: old kernels have no batches for this kind of map.</summary>
    public void Upsert(IReadOnlyCollection<IpcacheRow> rows)
    {
        foreach (var row in rows)
            _map.Update(KeyOf(row.Prefix), new IpcacheValue { Identity = row.Identity });
    }

    /// <inheritdoc cref="Upsert(IReadOnlyCollection{IpcacheRow})"/>
    public void Delete(IReadOnlyCollection<IPNetwork> prefixes)
    {
        foreach (var prefix in prefixes)
            Remove(prefix);
    }

    public IReadOnlyList<IpcacheRow> Dump() =>
    [
        .. _map.Entries()
            .Select(pair => new IpcacheRow(AddressCodec.DecodePrefix(pair.Key.Address, (int)pair.Key.PrefixLength - NetworkBits), pair.Value.Identity))
            .Where(row => row.Prefix != EveryIPv4 || row.Identity != World.Identity),
    ];

    public static IpcacheKey KeyOf(IPNetwork prefix) => new()
    {
        PrefixLength = (uint)(NetworkBits + AddressCodec.EncodePrefixLength(prefix)),
        Address = AddressCodec.Encode(prefix.BaseAddress),
    };

    private void Remove(IPNetwork prefix)
    {
        if (prefix == EveryIPv4)
            _map.Update(KeyOf(prefix), World);
        else
            _map.Delete(KeyOf(prefix));
    }
}
