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

    public IReadOnlyList<IpcacheRow> Dump() => [.. map.Entries().Select(pair =>
        new IpcacheRow(AddressCodec.DecodePrefix(pair.Key.Address, (int)pair.Key.PrefixLength - NetworkBits), pair.Value.Identity))];

    public static IpcacheKey KeyOf(IPNetwork prefix) => new()
    {
        PrefixLength = (uint)(NetworkBits + AddressCodec.EncodePrefixLength(prefix)),
        Address = AddressCodec.Encode(prefix.BaseAddress),
    };
}
