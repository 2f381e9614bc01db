using System.Net;
using Ciliate.Netlink;

namespace Ciliate.Testing;

/// <summary>A host in a namespace of its own, with an interface for each container of a test and a default route, for programs that are run
/// packet by packet: they find their endpoint by the interface, and ask the kernel for routes and MTUs. No packet is ever on a wire.</summary>
public sealed class HostEnds : IDisposable
{
    /// <summary>Index of the interface of endpoint 0; the others follow.</summary>
    private const int First = 100;

    /// <summary>Index of the interface of the default route, from which the host forwards.</summary>
    public const int Outside = First - 1;

    // So that no packet of a test is too big.
    private const int Mtu = 65535;

    private readonly HashSet<int> _made = [];

    public HostEnds()
    {
        int way = AddVeth(new VethSpec("way", "wayx") { Index = Outside });
        Forward("way");
        foreach (string every in new[] { "0.0.0.0/0", "::/0" })
            Host.Route.AddRoute(new RouteSpec(IPNetwork.Parse(every)) { LinkIndex = way });
    }

    public TestNamespace Host { get; } = new("host");

    /// <summary>Index of the interface of an endpoint, whether it is there or not.</summary>
    public static int IndexOf(int endpoint) => First + endpoint;

    /// <summary>Makes the endpoint's interface if it is not there; its index.</summary>
    public int Add(int endpoint)
    {
        int index = IndexOf(endpoint);
        if (!_made.Add(index))
            return index;
        AddVeth(new VethSpec($"cil{endpoint}", $"cil{endpoint}x") { Index = index });
        Forward($"cil{endpoint}");
        return index;
    }

    public void Dispose() => Host.Dispose();

    private void Forward(string link) => Host.Run(() =>
    {
        foreach (string family in new[] { "ipv4", "ipv6" })
            File.WriteAllText($"/proc/sys/net/{family}/conf/{link}/forwarding", "1");
    });

    private int AddVeth(VethSpec spec)
    {
        Link link = Host.Route.CreateVeth(spec with { Mtu = Mtu, LinkLocalAddress = false, PeerLinkLocalAddress = false });
        Host.Route.SetUp(link.Index);
        Host.Route.SetUp(link.PeerIndex);
        return link.Index;
    }
}
