namespace Ciliate.Datapath;

/// <summary>All that the tables of an endpoint's generation say, at a moment.</summary>
/// <param name="Generation">Never 0.</param>
/// <param name="Additions">How often entries had been added to it.</param>
/// <param name="Entries">Of both directions, in the order of their shapes in the slot: of two with the same precedence the first is told.</param>
public sealed record SmallPolicy(
    uint Generation, uint Additions, DirectionDefault Ingress, DirectionDefault Egress, IReadOnlyList<PolicyEntry> Entries)
{
    public DirectionDefault DefaultOf(TrafficDirection direction) => direction == TrafficDirection.Ingress ? Ingress : Egress;
}
