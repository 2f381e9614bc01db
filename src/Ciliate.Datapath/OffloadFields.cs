using Ciliate.Bpf;
using Ciliate.Linux;

namespace Ciliate.Datapath;

/// <summary>Where the kernel that runs keeps what bpf/lib/offload.h reads of a packet: fields of struct sk_buff, within one window.</summary>
internal static class OffloadFields
{
    private const uint WindowSize = 64;

    // Of struct sk_buff, and the constant that says where it is.
    private static readonly Dictionary<string, string> s_fields = new()
    {
        ["ip_summed"] = "offload_summed",
        ["csum_start"] = "offload_sum_start",
        ["csum_offset"] = "offload_sum_offset",
        ["network_header"] = "offload_network_header",
    };

    private static readonly Lazy<(string Name, uint Value)[]> s_constants = new(Find);

    /// <exception cref="FeatureMissingException">The kernel does not tell, or has them too far apart.</exception>
    /// <exception cref="BpfObjectException">It has no such field.</exception>
    public static void Require() => _ = s_constants.Value;

    /// <inheritdoc cref="Require"/>
    public static void Set(ObjectSpec spec)
    {
        foreach (var (name, value) in s_constants.Value)
            spec.SetConstant(name, value);
    }

    private static (string Name, uint Value)[] Find()
    {
        var offsets = KernelTypes.MemberOffsets("sk_buff", [.. s_fields.Keys]);
        uint first = offsets.Values.Min() / 8;
        if (offsets.Values.Max() / 8 + sizeof(ushort) - first > WindowSize)
            throw new FeatureMissingException($"struct sk_buff of this kernel ({Kernel.Release}) is not one that the datapath can read");
        return
        [
            ("offload_window", first),
            ("offload_summed_shift", offsets["ip_summed"] % 8),
            .. s_fields.Select(field => (field.Value, offsets[field.Key] / 8 - first)),
        ];
    }
}
