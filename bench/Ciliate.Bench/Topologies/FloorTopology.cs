using Ciliate.Bench.Programs;
using Ciliate.Bpf;
using Ciliate.Testing;

namespace Ciliate.Bench.Topologies;

/// <summary>Two veth pairs, and on each host end a program that hands the packet to the other container: what any datapath of this
/// shape pays.</summary>
internal static class FloorTopology
{
    public const string Redirect = "redirect";
    public const string RedirectWithState = "redirect+lru";

    public static Topology MakeRedirect() => Make(Redirect, "redirect");

    public static Topology MakeRedirectWithState() => Make(RedirectWithState, "redirect_with_state");

    private static Topology Make(string name, string program) => Topology.Make(resources =>
    {
        var node = resources.Add(new TestNamespace("floor-node"));
        var client = Container.Make(resources, node, "floor-client", 2);
        var server = Container.Make(resources, node, "floor-server", 3);
        // The programs answer no questions.
        client.Know(server);
        server.Know(client);
        var loader = resources.Add(new BpfLoader());
        var outward = Load(client.HostInterface, new Dictionary<string, BpfMap>());
        var shared = outward.Maps.Where(map => map.Key == "connections").ToDictionary();
        var inward = Load(server.HostInterface, shared);
        node.Run(() =>
        {
            resources.Add(Hook.TcxIngress(server.HostInterface).Attach(outward.Program(program)));
            resources.Add(Hook.TcxIngress(client.HostInterface).Attach(inward.Program(program)));
        });
        return new Topology(name, client.Namespace, server.Namespace, server.IPv4, server.IPv6, resources);

        LoadedObject Load(int target, IReadOnlyDictionary<string, BpfMap> replacements)
        {
            var spec = BenchObjects.Floor;
            spec.SetConstant("other_ifindex", (uint)target);
            return resources.Add(loader.Load(spec, new LoadOptions { Programs = [program], MapReplacements = replacements }));
        }
    });
}
