using Ciliate.Testing;

namespace Ciliate.Bench.Topologies;

/// <summary>Two veth pairs on a Linux bridge, as container runtimes make it.</summary>
internal static class BridgeTopology
{
    public const string Name = "bridge";

    public static Topology Make() => Topology.Make(resources =>
    {
        var node = resources.Add(new TestNamespace("bridge-node"));
        var bridge = node.Route.CreateBridge("bridge");
        node.Route.SetUp(bridge.Index);
        var client = Container.Make(resources, node, "bridge-client", 2);
        var server = Container.Make(resources, node, "bridge-server", 3);
        node.Route.SetMaster(client.HostInterface, bridge.Index);
        node.Route.SetMaster(server.HostInterface, bridge.Index);
        return new Topology(Name, client.Namespace, server.Namespace, server.IPv4, server.IPv6, resources);
    });
}
