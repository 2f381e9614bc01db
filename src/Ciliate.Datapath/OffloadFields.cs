using Ciliate.Bpf;

namespace Ciliate.Datapath;

/// <summary>Where the kernel that runs keeps what bpf/lib/offload.h reads of a packet: fields of struct sk_buff, within one window.</summary>
internal static class OffloadFields
{
    private const uint WindowSize = 64;

    private static readonly Lazy<IReadOnlyDictionary<string, uint>> s_offsets = new(() =>
        KernelTypes.MemberOffsets("sk_buff", "ip_summed", "csum_start", "csum_offset", "network_header"));

    /// <exception cref="FeatureMissingException">The kernel does not tell, or has them too far apart.</exception>
    public static void Set(ObjectSpec spec)
    {
        var offsets = s_offsets.Value;
        uint first = offsets.Values.Min() / 8;
        if (offsets.Values.Max() / 8 + sizeof(ushort) - first > WindowSize)
            throw new FeatureMissingException($"struct sk_buff of this kernel ({Ciliate.Linux.Kernel.Release}) is not one that the datapath can read");
        spec.SetConstant("offload_window", first);
        spec.SetConstant("offload_summed", offsets["ip_summed"] / 8 - first);
        spec.SetConstant("offload_summed_shift", offsets["ip_summed"] % 8);
        spec.SetConstant("offload_sum_start", offsets["csum_start"] / 8 - first);
        spec.SetConstant("offload_sum_offset", offsets["csum_offset"] / 8 - first);
        spec.SetConstant("offload_network_header", offsets["network_header"] / 8 - first);
    }
}
