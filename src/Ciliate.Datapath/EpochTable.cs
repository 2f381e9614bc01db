using System.Net;
using Ciliate.Bpf;
using Ciliate.Datapath.Abi;

namespace Ciliate.Datapath;

/// <summary>Epochs of remote addresses: raising one voids what was judged about the addresses that share its index. Lock-free.</summary>
internal sealed class EpochTable(MappedArray<Epoch> epochs)
{
    /// <summary>Raises what covers <paramref name="prefix"/>: one epoch for a host, all for a wider prefix.</summary>
    public void Raise(IPNetwork prefix)
    {
        if (prefix.PrefixLength == (prefix.BaseAddress.GetAddressBytes().Length * 8))
        {
            Raise(IndexOf(AddressCodec.Encode(prefix.BaseAddress)));
            return;
        }
        for (uint index = 0; index < (uint)EpochLimits.Count; index++)
            Raise(index);
    }

    /// <summary>As epoch_index() in bpf/lib/address.h.</summary>
    public static uint IndexOf(Address address)
    {
        var words = AddressCodec.Words(ref address);
        uint folded = words[0] ^ words[1] ^ words[2] ^ words[3];
        return unchecked(folded * 2654435761u) >> (32 - (int)EpochLimits.Bits);
    }

    private void Raise(uint index) => Interlocked.Increment(ref epochs[(int)index].Value);
}
