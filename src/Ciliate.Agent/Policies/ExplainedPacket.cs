using Ciliate.Datapath;
using DropReason = Ciliate.Datapath.Abi.DropReason;

namespace Ciliate.Agent.Policies;

/// <summary>The verdict of both sides. It speaks of policies and of who may speak to whom at all: what is not IP, spoofed or a reply nobody waits for
/// never comes so far.</summary>
/// <param name="Drop">Why the packet is dropped whatever the policies say; null when they decide.</param>
public sealed record ExplainedPacket(
    PacketSide From, PacketSide To, PacketKind Kind, DropReason? Drop, ExplainedDirection? Egress, ExplainedDirection? Ingress)
{
    /// <summary>Text of the drop.</summary>
    public string? DropReason => Drop is { } drop ? DropReasons.Describe((uint)drop) : null;

    /// <summary>What the drop's reason means, where this version knows it.</summary>
    public string? DropMeaning => Drop is { } drop ? DropReasons.Meaning((uint)drop) : null;

    /// <summary>The datapath answers it in the gateway's name, and asks no policy.</summary>
    public bool IsAnsweredByGateway { get; init; }

    public bool Allowed => Drop is null && new[] { Egress, Ingress }.OfType<ExplainedDirection>().All(direction => direction.Explanation.Verdict.Allowed);
}
