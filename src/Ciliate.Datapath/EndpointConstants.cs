using System.Net;
using Ciliate.Bpf;

namespace Ciliate.Datapath;

/// <summary>The constants of bpf/lib/config.h for one endpoint.</summary>
internal sealed class EndpointConstants(ObjectSpec blueprint, uint flowCapacity, FlowTicks ticks, MasqueradeOptions? masquerade)
{
    /// <summary>A spec of the endpoint's own.</summary>
    public ObjectSpec Apply(EndpointWiring wiring)
    {
        var spec = blueprint.Clone();
        OffloadFields.Set(spec);
        spec.SetConstant("endpoint_id", wiring.Id);
        spec.SetConstant("host_ifindex", (uint)wiring.HostIfIndex);
        spec.SetConstant("container_mac", AddressCodec.Encode(wiring.ContainerMac));
        spec.SetConstant("host_mac", AddressCodec.Encode(wiring.HostMac));
        spec.SetConstant("ipv4_enabled", Flag(wiring.IPv4));
        spec.SetConstant("ipv6_enabled", Flag(wiring.IPv6));
        spec.SetConstant("ipv4", AddressCodec.Encode(wiring.IPv4));
        spec.SetConstant("ipv6", AddressCodec.Encode(wiring.IPv6));
        spec.SetConstant("link_local", AddressCodec.Encode(AddressCodec.LinkLocal(wiring.ContainerMac)));
        spec.SetConstant("gateway_ipv4", AddressCodec.Encode(wiring.GatewayIPv4));
        spec.SetConstant("broadcast_ipv4", AddressCodec.Encode(wiring.BroadcastIPv4));
        spec.SetConstant("gateway_ipv6", AddressCodec.Encode(wiring.GatewayIPv6));
        spec.SetConstant("flow_capacity", flowCapacity);
        spec.SetConstant("flow_ticks_tcp", ticks.Tcp);
        spec.SetConstant("flow_ticks_tcp_syn", ticks.TcpSyn);
        spec.SetConstant("flow_ticks_tcp_fin", ticks.TcpFin);
        spec.SetConstant("flow_ticks_other", ticks.Other);
        spec.SetConstant("fragment_ticks", ticks.Fragment);
        spec.SetConstant("flow_ticks_resolution", ticks.Resolution);
        spec.SetConstant("masquerade_ipv4", Flag(masquerade is { IPv4: true }));
        spec.SetConstant("masquerade_ipv6", Flag(masquerade is { IPv6: true }));
        if (masquerade is not null)
        {
            spec.SetConstant("masquerade_all_protocols", Flag(masquerade.AllProtocols));
            spec.SetConstant("nat_first_port", (uint)masquerade.FirstPort);
            spec.SetConstant("nat_port_count", masquerade.PortCount);
        }
        return spec;
    }

    private static byte Flag(IPAddress? address) => Flag(address is not null);

    private static byte Flag(bool on) => on ? (byte)1 : (byte)0;
}
