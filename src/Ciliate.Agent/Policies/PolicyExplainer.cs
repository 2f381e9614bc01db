using Ciliate.Agent.Endpoints;
using Ciliate.Agent.Outside;
using Ciliate.Policy;
using DropReason = Ciliate.Datapath.Abi.DropReason;

namespace Ciliate.Agent.Policies;

/// <summary>One side's answer.</summary>
public sealed record ExplainedDirection(Endpoint Endpoint, Explanation Explanation);

/// <summary>Asks the engine what the kernel asks its tables. Used from the control loop only.</summary>
public sealed class PolicyExplainer(PolicyManager policies, ResolveOptions options, HostNetwork host, Masquerade masquerade)
{
    private readonly Carriage _carriage = new(host.IPv4Broadcast);
    private readonly WayOut _wayOut = new(masquerade);

    /// <exception cref="AgentException">Neither side is an endpoint here, so that no policy is asked, or the addresses are of two families.</exception>
    public ExplainedPacket Explain(PacketSide from, PacketSide to, PacketKind kind)
    {
        if (from.Endpoint is null && to.Endpoint is null)
            throw AgentException.Invalid("neither side is an endpoint of this agent, so no policy is asked; name one that is");
        DropReason? drop = _carriage.WhyNot(from, to, kind);
        if (drop is null && from.Endpoint is not null && kind.IsEchoRequest && host.Gateways.Contains(to.Address))
            return new ExplainedPacket(from, to, kind, null, null, null) { IsAnsweredByGateway = true };
        var packet = new ExplainedPacket(
            from, to, kind, drop, Explain(TrafficDirection.Egress, from, to, kind), Explain(TrafficDirection.Ingress, to, from, kind));
        return packet.Allowed ? packet with { Drop = _wayOut.WhyNot(from, to, kind) } : packet;
    }

    private ExplainedDirection? Explain(TrafficDirection direction, PacketSide own, PacketSide peer, PacketKind kind) =>
        own.Endpoint is not { } endpoint ? null : new ExplainedDirection(endpoint, PolicyEngine.Explain(
            policies.Current.Policies, own.Identity.Labels, direction, peer.Identity, kind.Protocol, kind.Port, options, endpoint.NamedPorts));
}
