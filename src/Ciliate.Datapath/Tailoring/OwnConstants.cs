using Ciliate.Bpf;

namespace Ciliate.Datapath.Tailoring;

/// <summary>The constants of bpf/lib/config.h that make programs one endpoint's.</summary>
internal static class OwnConstants
{
    /// <summary>Ethertypes (linux/if_ether.h).</summary>
    public const ushort IPv4 = 0x0800, IPv6 = 0x86dd;

    /// <param name="spec">With the constants of all endpoints.</param>
    public static void Set(ObjectSpec spec, EndpointWiring wiring)
    {
        spec.SetConstant("own_endpoint", (uint)wiring.Id);
        spec.SetConstant("own_row", EndpointTable.RowOf(wiring));
        spec.SetConstant("own_ethertype", EthertypeOf(wiring));
    }

    private static ushort EthertypeOf(EndpointWiring wiring) => (wiring.IPv4, wiring.IPv6) switch
    {
        (not null, null) => IPv4,
        (null, not null) => IPv6,
        _ => 0,
    };
}
