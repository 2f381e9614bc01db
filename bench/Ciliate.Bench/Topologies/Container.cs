using System.Net;
using System.Net.NetworkInformation;
using Ciliate.Netlink;
using Ciliate.Testing;

namespace Ciliate.Bench.Topologies;

/// <summary>A namespace with an eth0 whose other end is in a node's namespace.</summary>
internal sealed record Container(
    TestNamespace Namespace, int Interface, PhysicalAddress Mac, int HostInterface, IPAddress IPv4, IPAddress IPv6)
{
    private const string InterfaceName = "eth0";

    /// <param name="number">Last part of the addresses 10.98.0.N and fd98::N.</param>
    public static Container Make(Resources resources, TestNamespace node, string label, byte number)
    {
        var inside = resources.Add(new TestNamespace(label));
        string hostName = $"host{number}";
        var host = node.Route.CreateVeth(new VethSpec(hostName, InterfaceName) { PeerNamespace = inside.Namespace });
        var own = inside.Route.GetLink(InterfaceName);
        var container = new Container(
            inside, own.Index, own.Mac, host.Index, IPAddress.Parse($"10.98.0.{number}"), IPAddress.Parse($"fd98::{number}"));
        inside.Route.AddAddress(own.Index, container.IPv4, 24);
        inside.Route.AddAddress(own.Index, container.IPv6, 64);
        inside.Route.SetUp(own.Index);
        node.Route.SetUp(host.Index);
        inside.Route.SettleLink(InterfaceName);
        node.Route.SettleLink(hostName);
        return container;
    }

    /// <summary>Spares this container the question for the other's MAC, where nothing between them would carry it.</summary>
    public void Know(Container other)
    {
        Namespace.Route.ReplaceNeighbour(Interface, other.IPv4, other.Mac);
        Namespace.Route.ReplaceNeighbour(Interface, other.IPv6, other.Mac);
    }
}
