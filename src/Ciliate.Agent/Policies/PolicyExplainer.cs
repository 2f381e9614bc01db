using Ciliate.Agent.Endpoints;
using Ciliate.Policy;

namespace Ciliate.Agent.Policies;

/// <summary>What a packet is, as far as policies ask.</summary>
/// <param name="Protocol">IANA number.</param>
/// <param name="Port">Destination port, or the type of an ICMP or ICMPv6 message, or 0.</param>
public readonly record struct PacketKind(byte Protocol, ushort Port)
{
    /// <summary>RFC 792, 4443.</summary>
    public bool IsEchoRequest => (Protocol, Port) is (IpProtocols.Icmp, 8) or (IpProtocols.IcmpV6, 128);

    public bool IsIcmp => Protocol is IpProtocols.Icmp or IpProtocols.IcmpV6;

    public override string ToString() => Protocol switch
    {
        IpProtocols.Tcp => $"TCP {Port}",
        IpProtocols.Udp => $"UDP {Port}",
        IpProtocols.Sctp => $"SCTP {Port}",
        IpProtocols.Icmp => $"ICMP type {Port}",
        IpProtocols.IcmpV6 => $"ICMPv6 type {Port}",
        _ => $"protocol {Protocol}",
    };
}

/// <summary>One side's answer.</summary>
public sealed record ExplainedDirection(Endpoint Endpoint, Explanation Explanation);

/// <summary>The verdict of both sides. It speaks of policies and of who may speak to whom at all: what is not IP, spoofed or a reply nobody waits for
/// never comes so far.</summary>
/// <param name="DropReason">Why the packet is dropped whatever the policies say; null when they decide.</param>
public sealed record ExplainedPacket(
    PacketSide From, PacketSide To, PacketKind Kind, string? DropReason, ExplainedDirection? Egress, ExplainedDirection? Ingress)
{
    /// <summary>The datapath answers it in the gateway's name, and asks no policy.</summary>
    public bool IsAnsweredByGateway { get; init; }

    public bool Allowed => DropReason is null && new[] { Egress, Ingress }.OfType<ExplainedDirection>().All(direction => direction.Explanation.Verdict.Allowed);
}

/// <summary>Asks the engine what the kernel asks its tables. Used from the control loop only.</summary>
public sealed class PolicyExplainer(PolicyManager policies, ResolveOptions options, HostNetwork host)
{
    private readonly Carriage _carriage = new(host.IPv4Broadcast);

    /// <exception cref="AgentException">Neither side is an endpoint here, so that no policy is asked, or the addresses are of two families.</exception>
    public ExplainedPacket Explain(PacketSide from, PacketSide to, PacketKind kind)
    {
        if (from.Endpoint is null && to.Endpoint is null)
            throw AgentException.Invalid("neither side is an endpoint of this agent, so no policy is asked; name one that is");
        string? dropReason = _carriage.WhyNot(from, to);
        if (dropReason is null && from.Endpoint is not null && kind.IsEchoRequest && host.Gateways.Contains(to.Address))
            return new ExplainedPacket(from, to, kind, null, null, null) { IsAnsweredByGateway = true };
        return new ExplainedPacket(
            from, to, kind, dropReason, Explain(TrafficDirection.Egress, from, to, kind), Explain(TrafficDirection.Ingress, to, from, kind));
    }

    private ExplainedDirection? Explain(TrafficDirection direction, PacketSide own, PacketSide peer, PacketKind kind) =>
        own.Endpoint is not { } endpoint ? null : new ExplainedDirection(endpoint, PolicyEngine.Explain(
            policies.Current.Policies, own.Identity.Labels, direction, peer.Identity, kind.Protocol, kind.Port, options, endpoint.NamedPorts));
}
