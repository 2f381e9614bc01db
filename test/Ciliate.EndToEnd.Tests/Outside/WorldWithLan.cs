using System.Net;
using Ciliate.EndToEnd.Tests.OneHost;
using Ciliate.Linux;
using Ciliate.Testing;

namespace Ciliate.EndToEnd.Tests.Outside;

/// <summary>A world whose host routes between the containers and a network more, lan0, that is no uplink: there containers are known by their own
/// addresses, and what comes from there is the stack's to carry.</summary>
public sealed class WorldWithLan : World
{
    private const string LanName = "lan0";

    public WorldWithLan()
    {
        Neighbour = new Outsider("neighbour", new TestNamespace("neighbour"), IPAddress.Parse("192.168.88.1"), IPAddress.Parse("2001:db8:88::1"));
        Connect(Host.Network, LanName, "192.168.88.2", "2001:db8:88::2", Neighbour.Network, "eth0", "192.168.88.1", "2001:db8:88::1");
        AddDefaultRoute(Neighbour.Network, "eth0", "192.168.88.2", "2001:db8:88::2");
        Sysctl.Write(Host.Network.Namespace, $"net/ipv4/conf/{LanName}/forwarding", "1");
        Sysctl.Write(Host.Network.Namespace, "net/ipv6/conf/all/forwarding", "1");
    }

    public Outsider Neighbour { get; }

    /// <summary>The host's link to it.</summary>
    public int Lan => Host.Network.Route.GetLink(LanName).Index;

    /// <summary>The host, as those in that network know it.</summary>
    public static IPAddress LanAddress(Family family) => IPAddress.Parse(family == Family.IPv4 ? "192.168.88.2" : "2001:db8:88::2");

    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        Neighbour.Network.Dispose();
    }
}
