using Ciliate.Bpf;

namespace Ciliate.Datapath;

/// <summary>The constants of bpf/lib/config.h for the programs that all endpoints of an agent share.</summary>
internal static class ContainerConstants
{
    public static void Set(ObjectSpec spec, DatapathOptions options, FlowTicks ticks)
    {
        OffloadFields.Set(spec);
        SetGateway(spec, options.Gateway);
        spec.SetConstant("flow_capacity", options.FlowTableSize);
        spec.SetConstant("flow_ticks_tcp", ticks.Tcp);
        spec.SetConstant("flow_ticks_tcp_syn", ticks.TcpSyn);
        spec.SetConstant("flow_ticks_tcp_fin", ticks.TcpFin);
        spec.SetConstant("flow_ticks_other", ticks.Other);
        spec.SetConstant("fragment_ticks", ticks.Fragment);
        spec.SetConstant("flow_ticks_resolution", ticks.Resolution);
        var masquerade = options.Masquerade;
        spec.SetConstant("masquerade_ipv4", Flag(masquerade is { IPv4: true }));
        spec.SetConstant("masquerade_ipv6", Flag(masquerade is { IPv6: true }));
        if (masquerade is not null)
        {
            spec.SetConstant("masquerade_all_protocols", Flag(masquerade.AllProtocols));
            spec.SetConstant("nat_first_port", (uint)masquerade.FirstPort);
            spec.SetConstant("nat_port_count", masquerade.PortCount);
        }
    }

    private static void SetGateway(ObjectSpec spec, GatewayOptions gateway)
    {
        spec.SetConstant("gateway_ipv4", AddressCodec.Encode(gateway.IPv4));
        spec.SetConstant("gateway_ipv6", AddressCodec.Encode(gateway.IPv6));
        spec.SetConstant("broadcast_ipv4", AddressCodec.Encode(gateway.BroadcastIPv4));
    }

    private static byte Flag(bool on) => on ? (byte)1 : (byte)0;
}
