using System.Net;
using Ciliate.Bpf;
using Ciliate.Datapath.Abi;

namespace Ciliate.Datapath;

/// <summary>Address to identity. What was judged by the old answer is void once a change is in.</summary>
internal sealed class Ipcache(BpfMap<IpcacheKey, IpcacheValue> map, EpochTable epochs)
{
    /// <summary>Bits of the network id in front of the address.</summary>
    private const int NetworkBits = 32;

    public void Upsert(IPNetwork prefix, uint identity)
    {
        map.Update(KeyOf(prefix), new IpcacheValue { Identity = identity });
        epochs.Raise(prefix);
    }

    public void Delete(IPNetwork prefix)
    {
        map.Delete(KeyOf(prefix));
        epochs.Raise(prefix);
    }

    /// <summary>Many, that void no judgement. One call each: old kernels have no batches for this kind of map.</summary>
    public void Upsert(IReadOnlyCollection<IpcacheRow> rows)
    {
        foreach (var row in rows)
            map.Update(KeyOf(row.Prefix), new IpcacheValue { Identity = row.Identity });
    }

    /// <inheritdoc cref="Upsert(IReadOnlyCollection{IpcacheRow})"/>
    public void Delete(IReadOnlyCollection<IPNetwork> prefixes)
    {
        foreach (var prefix in prefixes)
            map.Delete(KeyOf(prefix));
    }

    public IReadOnlyList<IpcacheRow> Dump() => [.. map.Entries().Select(pair =>
        new IpcacheRow(AddressCodec.DecodePrefix(pair.Key.Address, (int)pair.Key.PrefixLength - NetworkBits), pair.Value.Identity))];

    public static IpcacheKey KeyOf(IPNetwork prefix) => new()
    {
        PrefixLength = (uint)(NetworkBits + AddressCodec.EncodePrefixLength(prefix)),
        Address = AddressCodec.Encode(prefix.BaseAddress),
    };
}
