using System.Net;
using System.Text.Json;
using Ciliate.EndToEnd.Tests.OneHost;
using Ciliate.EndToEnd.Tests.Probes;
using Ciliate.Linux;
using Ciliate.Netlink;
using Ciliate.Testing;
using Xunit;

namespace Ciliate.EndToEnd.Tests.Outside;

/// <summary>Somebody outside. Nobody there has a way to a container's address, unless a test makes one.</summary>
public sealed record Outsider(string Name, TestNamespace Network, IPAddress IPv4, IPAddress IPv6) : IPlace
{
    public IPAddress Address(Family family) => family == Family.IPv4 ? IPv4 : IPv6;

    public override string ToString() => Name;
}

/// <summary>A host with two containers and an uplink, wan0, to a router, and far away a server. On the way there, between that router and
/// another, is a link narrower than what either end sees. Router and server echo on <see cref="Port"/>.</summary>
public class World : IDisposable
{
    public const int Port = 7000;
    public const int NarrowMtu = 1400;
    public const string UplinkName = "wan0";

    private readonly EchoServer[] _servers;
    private readonly TestNamespace _farRouter = new("far");

    public World()
        : this([])
    {
    }

    /// <param name="options">Flags of the agent.</param>
    protected World(params IReadOnlyList<string> options)
    {
        Host = new Host(options);
        var router = new TestNamespace("router");
        var server = new TestNamespace("server");
        Router = new Outsider("router", router, IPAddress.Parse("198.51.100.1"), IPAddress.Parse("2001:db8:51::1"));
        Server = new Outsider("server", server, IPAddress.Parse("203.0.113.9"), IPAddress.Parse("2001:db8:52::9"));
        Connect(Host.Network, UplinkName, "198.51.100.2", "2001:db8:51::2", router, "eth0", "198.51.100.1", "2001:db8:51::1");
        Connect(router, "narrow", "192.0.2.1", "2001:db8:53::1", _farRouter, "narrow", "192.0.2.2", "2001:db8:53::2");
        Connect(_farRouter, "lan", "203.0.113.1", "2001:db8:52::1", server, "eth0", "203.0.113.9", "2001:db8:52::9");
        foreach (TestNamespace forwarding in new[] { router, _farRouter })
        {
            forwarding.Route.SetMtu(forwarding.Route.GetLink("narrow").Index, NarrowMtu);
            Sysctl.Write(forwarding.Namespace, "net/ipv4/ip_forward", "1");
            Sysctl.Write(forwarding.Namespace, "net/ipv6/conf/all/forwarding", "1");
        }

        GiveDefaultRoutes();
        AddDefaultRoute(router, "narrow", "192.0.2.2", "2001:db8:53::2");
        AddDefaultRoute(_farRouter, "narrow", "192.0.2.1", "2001:db8:53::1");
        AddDefaultRoute(server, "eth0", "203.0.113.1", "2001:db8:52::1");
        (Web, Db) = (Host.Add("web"), Host.Add("db"));
        _servers = [new EchoServer(router, Port), new EchoServer(server, Port)];
        Eventually.Holds(() => Masquerade("ipv4") == "active" && Masquerade("ipv6") == "active", "masquerade is active", TimeSpan.FromSeconds(20));
    }

    public Host Host { get; }

    public Container Web { get; }

    public Container Db { get; }

    /// <summary>On the uplink's own wire.</summary>
    public Outsider Router { get; }

    /// <summary>Beyond the narrow link.</summary>
    public Outsider Server { get; }

    public static IPAddress Uplink(Family family) => IPAddress.Parse(family == Family.IPv4 ? "198.51.100.2" : "2001:db8:51::2");

    public string? Masquerade(string family) => Host.Ciliate.Json("status").GetProperty("masquerade").GetProperty(family).GetString();

    /// <summary>Makes the router send what is for containers to the host, and the host forward what comes in by its uplink.</summary>
    public void LeadToContainers()
    {
        Forward();
        JsonElement ipam = Host.Ciliate.Json("status").GetProperty("ipam");
        foreach (Family family in Enum.GetValues<Family>())
        {
            var range = IPNetwork.Parse(ipam.GetProperty(family == Family.IPv4 ? "ipv4" : "ipv6").GetProperty("range").GetString()!);
            Router.Network.Route.AddRoute(new RouteSpec(range) { Gateway = Uplink(family) }, replace: true);
        }
    }

    /// <summary>Makes the host forward what comes in by its uplink, or not.</summary>
    public void Forward(bool on = true)
    {
        foreach (string family in new[] { "ipv4", "ipv6" })
            Sysctl.Write(Host.Network.Namespace, $"net/{family}/conf/{UplinkName}/forwarding", on ? "1" : "0");
    }

    /// <summary>Those of the host, of both families, by its uplink.</summary>
    public void GiveDefaultRoutes() => AddDefaultRoute(Host.Network, UplinkName, $"{Router.IPv4}", $"{Router.IPv6}");

    /// <summary>After this the host has no uplink.</summary>
    public void TakeDefaultRoutes()
    {
        foreach (Family family in Enum.GetValues<Family>())
            Host.Network.Route.DeleteRoute(RouteSpec.Default(Router.Address(family).AddressFamily));
    }

    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    protected virtual void Dispose(bool disposing)
    {
        Array.ForEach(_servers, server => server.Dispose());
        Host.Dispose();
        Router.Network.Dispose();
        _farRouter.Dispose();
        Server.Network.Dispose();
    }

    /// <summary>A wire between two namespaces, with addresses of /24 and /64 at both ends.</summary>
    protected static void Connect(
        TestNamespace one, string oneName, string oneIPv4, string oneIPv6, TestNamespace other, string otherName, string otherIPv4, string otherIPv6)
    {
        one.Route.CreateVeth(new VethSpec(oneName, otherName) { PeerNamespace = other.Namespace });
        foreach ((TestNamespace end, string name, string ipv4, string ipv6) in new[] { (one, oneName, oneIPv4, oneIPv6), (other, otherName, otherIPv4, otherIPv6) })
        {
            int link = end.Route.GetLink(name).Index;
            // Duplicates are not looked for: an address is usable at once.
            Sysctl.Write(end.Namespace, $"net/ipv6/conf/{name}/accept_dad", "0");
            end.Route.AddAddress(link, IPAddress.Parse(ipv4), 24);
            end.Route.AddAddress(link, IPAddress.Parse(ipv6), 64);
            end.Route.SetUp(link);
        }

        Assert.True(one.Route.SettleLink(oneName) && other.Route.SettleLink(otherName));
    }

    protected static void AddDefaultRoute(TestNamespace from, string link, params IReadOnlyList<string> gateways)
    {
        foreach (IPAddress gateway in gateways.Select(IPAddress.Parse))
            from.Route.AddRoute(RouteSpec.Default(gateway.AddressFamily) with { Gateway = gateway, LinkIndex = from.Route.GetLink(link).Index });
    }
}
