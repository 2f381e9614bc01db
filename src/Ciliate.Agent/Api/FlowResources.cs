using Ciliate.Agent.Flows;
using Ciliate.Api;
using Ciliate.Datapath;

namespace Ciliate.Agent.Api;

/// <summary>Flows as the API shows them.</summary>
internal static class FlowResources
{
    private const byte Icmp = 1, Tcp = 6, Udp = 17, IcmpV6 = 58;

    public static Flow Of(FlowRecord flow)
    {
        VerdictEvent verdict = flow.Event;
        FlowLayer4? layer4 = Layer4(verdict);
        return new Flow(
            verdict.Timestamp,
            verdict.Verdict == VerdictKind.Forwarded ? FlowVerdict.Forwarded : FlowVerdict.Dropped,
            verdict.Direction == TrafficDirection.Ingress ? FlowDirection.Ingress : FlowDirection.Egress,
            verdict.Reply,
            FlowType.Layer3And4,
            Summary(layer4),
            Endpoint(flow.Source),
            Endpoint(flow.Destination),
            verdict.Generation,
            verdict.Length,
            Ip(verdict),
            layer4,
            flow.DropReason,
            flow.Rule,
            flow.Sequence);
    }

    private static FlowEndpoint Endpoint(FlowPeer peer) =>
        new(peer.EndpointId, peer.Identity, EndpointResources.Texts(peer.Labels), peer.EndpointName);

    private static FlowIP? Ip(VerdictEvent verdict)
    {
        if (verdict.Source is null || verdict.Destination is null)
            return null;
        bool ipv4 = verdict.Source.AddressFamily == System.Net.Sockets.AddressFamily.InterNetwork;
        return new FlowIP(verdict.Source.ToString(), verdict.Destination.ToString(), ipv4 ? "IPv4" : "IPv6");
    }

    private static FlowLayer4? Layer4(VerdictEvent verdict) => verdict.Protocol switch
    {
        _ when verdict.Source is null => null,
        Tcp => new FlowLayer4(Tcp: new FlowTcp(verdict.SourcePort, verdict.DestinationPort, FlowTcpFlags.FromByte(verdict.TcpFlags))),
        Udp => new FlowLayer4(Udp: new FlowUdp(verdict.SourcePort, verdict.DestinationPort)),
        Icmp => new FlowLayer4(IcmpV4: new FlowIcmp(verdict.IcmpType, verdict.IcmpCode)),
        IcmpV6 => new FlowLayer4(IcmpV6: new FlowIcmp(verdict.IcmpType, verdict.IcmpCode)),
        _ => new FlowLayer4(Other: verdict.Protocol),
    };

    private static string Summary(FlowLayer4? layer4) => layer4 switch
    {
        { Tcp: { } tcp } => $"TCP Flags: {tcp.Flags}",
        { Udp: not null } => "UDP",
        { IcmpV4: not null } => "ICMPv4",
        { IcmpV6: not null } => "ICMPv6",
        { Other: { } protocol } => $"IP protocol {protocol}",
        _ => "not IP",
    };
}
