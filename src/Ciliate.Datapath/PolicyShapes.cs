namespace Ciliate.Datapath;

/// <summary>The combinations of wildcards that a slot's entries use; a packet's policy lookup tries each of them once
/// (enum policy_shape in bpf/abi/policy.h).</summary>
internal static class PolicyShapes
{
    public static byte Of(in PolicyEntry entry) => (byte)(
        entry.PortPrefixLength
        | (entry.Protocol != 0 ? (byte)Abi.PolicyShape.Protocol : 0)
        | (entry.Peer != 0 ? (byte)Abi.PolicyShape.Peer : 0));
}
