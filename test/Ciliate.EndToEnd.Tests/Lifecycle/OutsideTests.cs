using System.Net;
using System.Text.Json;
using Ciliate.EndToEnd.Tests.OneHost;
using Ciliate.EndToEnd.Tests.Probes;
using Ciliate.Netlink;
using Ciliate.Testing;
using Xunit;
using static Ciliate.EndToEnd.Tests.Probes.Expectations;

namespace Ciliate.EndToEnd.Tests.Lifecycle;

/// <summary>A container, its host, and somebody outside who has no way back to the container's address.</summary>
public sealed class OutsideTests : IDisposable
{
    private const int Port = 7000;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly Host _host = new();
    private readonly TestNamespace _outside = new("outside");
    private readonly EchoServer _echo;
    private readonly Container _web;

    public OutsideTests()
    {
        Link uplink = _host.Network.Route.CreateVeth(new VethSpec("wan0", "eth0") { PeerNamespace = _outside.Namespace });
        Link far = _outside.Route.GetLink("eth0");
        foreach ((RouteNetlink route, Link link, int number) in new[] { (_host.Network.Route, uplink, 2), (_outside.Route, far, 1) })
        {
            route.AddAddress(link.Index, IPAddress.Parse($"198.51.100.{number}"), 24);
            route.AddAddress(link.Index, IPAddress.Parse($"2001:db8:51::{number}"), 64);
            route.SetUp(link.Index);
        }

        _host.Network.Route.SettleLink("wan0");
        _outside.Route.SettleLink("eth0");
        foreach (Family family in Enum.GetValues<Family>())
        {
            IPAddress gateway = Remote(family);
            _host.Network.Route.AddRoute(RouteSpec.Default(gateway.AddressFamily) with { Gateway = gateway, LinkIndex = uplink.Index });
        }

        _web = _host.Add("web");
        _echo = new EchoServer(_outside, Port);
        Eventually.Holds(() => Masquerade("ipv4") == "active" && Masquerade("ipv6") == "active", "masquerade is active");
    }

    public void Dispose()
    {
        _echo.Dispose();
        _host.Dispose();
        _outside.Dispose();
    }

    [Theory]
    [InlineData(Family.IPv4)]
    [InlineData(Family.IPv6)]
    public void A_container_goes_outside_under_the_uplinks_address(Family family)
    {
        using var tcp = new Conversation(_web.Network, Remote(family), Port, Transport.Tcp);
        using var udp = new Conversation(_web.Network, Remote(family), Port, Transport.Udp);
        Assert.True(tcp.IsAnswered(Patience), _host.Agent.Log);
        Assert.True(udp.IsAnswered(Patience), _host.Agent.Log);
        Pings(_web, Remote(family));

        JsonElement[] rows = [.. _host.Ciliate.Json("bpf", "nat", "list").EnumerateArray()];
        Assert.All(rows, row => Assert.Equal(Uplink(family), row.GetProperty("local").GetProperty("address").GetString()));
        Assert.Contains(rows, row => row.GetProperty("protocol").GetInt32() == 6
            && row.GetProperty("container").GetProperty("port").GetInt32() == tcp.SourcePort
            && row.GetProperty("endpoint-name").GetString() == "web" && row.GetProperty("interface").GetString() == "wan0");
        Assert.Equal([Uplink(family)], PeersSeenOutside());
    }

    [Theory]
    [InlineData(Family.IPv4, true)]
    [InlineData(Family.IPv6, false)]
    public void Masqueraded_connections_outlive_the_agent(Family family, bool kill)
    {
        using var connection = new Conversation(_web.Network, Remote(family), Port, Transport.Tcp);
        Assert.True(connection.IsAnswered(Patience));

        if (kill)
            _host.Agent.Kill();
        else
            _host.Agent.Stop();
        Assert.True(connection.IsAnswered(Patience));
        _host.Agent.Start();
        Assert.True(connection.IsAnswered(Patience));
    }

    private static IPAddress Remote(Family family) => IPAddress.Parse(family == Family.IPv4 ? "198.51.100.1" : "2001:db8:51::1");

    private static string Uplink(Family family) => family == Family.IPv4 ? "198.51.100.2" : "2001:db8:51::2";

    private string? Masquerade(string family) => _host.Ciliate.Json("status").GetProperty("masquerade").GetProperty(family).GetString();

    /// <summary>Addresses that the outside's TCP connections come from, by ss(8).</summary>
    private string[] PeersSeenOutside() =>
    [
        .. TestProcess.Run(_outside, "ss", "-Hnt", "state", "established").Output
            .Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[3])
            .Select(peer => peer[..peer.LastIndexOf(':')].Trim('[', ']').Replace("::ffff:", "", StringComparison.Ordinal))
            .Distinct(),
    ];
}
