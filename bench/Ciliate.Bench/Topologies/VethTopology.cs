using Ciliate.Testing;

namespace Ciliate.Bench.Topologies;

/// <summary>One veth pair between two namespaces: nothing is less.</summary>
internal static class VethTopology
{
    public const string Name = "veth";

    public static Topology Make() => Topology.Make(resources =>
    {
        var wire = resources.Add(TestWire.Create());
        return new Topology(Name, wire.Left.Namespace, wire.Right.Namespace, wire.Right.IPv4, wire.Right.IPv6, resources);
    });
}
