using System.Net;
using System.Net.Sockets;
using Ciliate.Netlink;
using Ciliate.Testing;
using Xunit;

namespace Ciliate.Linux.Tests.Netlink;

/// <summary>Every case for IPv4 and IPv6.</summary>
public sealed class RouteTests : IDisposable
{
    /// <summary>RT_TABLE_LOCAL of linux/rtnetlink.h.</summary>
    private const uint LocalTable = 255;

    private readonly TestNamespace _namespace = new();
    private readonly Link _link;

    public RouteTests()
    {
        _link = Route.CreateVeth(new VethSpec("a", "b") { LinkLocalAddress = false, PeerLinkLocalAddress = false });
        Route.SetUp(_link.Index);
        Route.SetUp(_link.PeerIndex);
        Route.AddAddress(_link.Index, IPAddress.Parse("10.1.0.5"), 32);
        Route.AddAddress(_link.Index, IPAddress.Parse("fd01::5"), 128);
        // The kernel adds the local route of an IPv6 address a moment after the address.
        Eventually.Holds(
            () => Route.ListRoutes(AddressFamily.InterNetworkV6, LocalTable).Any(route => route.Destination == IPNetwork.Parse("fd01::5/128")),
            "fd01::5 has a local route");
    }

    private RouteNetlink Route => _namespace.Route;

    public void Dispose() => _namespace.Dispose();

    [Theory]
    [InlineData("10.1.0.5", RouteType.Local)]
    [InlineData("fd01::5", RouteType.Local)]
    [InlineData("10.2.0.255", RouteType.Broadcast)]
    [InlineData("10.2.0.9", RouteType.Unicast)]
    [InlineData("fd02::9", RouteType.Unicast)]
    [InlineData("192.0.2.1", null)]
    [InlineData("2001:db8::1", null)]
    public void What_becomes_of_an_address_is_told_by_the_routes(string address, RouteType? type)
    {
        Route.AddAddress(_link.Index, IPAddress.Parse("10.2.0.1"), 24);
        Route.AddAddress(_link.Index, IPAddress.Parse("fd02::1"), 64);

        Assert.Equal(type, Route.FindRouteType(IPAddress.Parse(address)));
    }

    [Theory]
    [InlineData("10.1.0.1", "10.1.0.5")]
    [InlineData("fd01::1", "fd01::5")]
    public void A_default_route_by_an_on_link_gateway_is_what_a_lookup_finds(string gatewayText, string sourceText)
    {
        IPAddress gateway = IPAddress.Parse(gatewayText), source = IPAddress.Parse(sourceText);
        RouteSpec spec = RouteSpec.Default(gateway.AddressFamily) with
        {
            Gateway = gateway,
            LinkIndex = _link.Index,
            OnLink = true,
            PreferredSource = source,
        };
        Route.AddRoute(spec);

        Route route = Assert.Single(Route.ListRoutes(gateway.AddressFamily), route => route.Destination == spec.Destination);
        Assert.Equal(
            (RouteType.Unicast, gateway, _link.Index, source, RouteScope.Universe, RouteSpec.MainTable),
            (route.Type, route.Gateway, route.LinkIndex, route.PreferredSource, route.Scope, route.Table));
        string elsewhere = gateway.AddressFamily == AddressFamily.InterNetwork ? "192.0.2.1" : "2001:db8::1";
        string lookup = TestProcess.Run(_namespace, "ip", "route", "get", elsewhere).Output;
        Assert.Contains($"via {gatewayText} dev a ", lookup, StringComparison.Ordinal);
        Assert.Contains($" src {sourceText} ", lookup, StringComparison.Ordinal);

        Route.DeleteRoute(spec);
        Assert.DoesNotContain(Route.ListRoutes(gateway.AddressFamily), other => other.Destination == spec.Destination);
    }

    [Theory]
    [InlineData("10.9.0.0/16")]
    [InlineData("10.9.0.7/32")]
    [InlineData("fd09::/48")]
    [InlineData("fd09::7/128")]
    public void A_route_on_the_link_needs_no_gateway(string text)
    {
        IPNetwork destination = IPNetwork.Parse(text);
        Route.AddRoute(new RouteSpec(destination) { LinkIndex = _link.Index });

        Route route = Assert.Single(Route.ListRoutes(destination.BaseAddress.AddressFamily), route => route.Destination == destination);
        Assert.Equal((null, _link.Index), (route.Gateway, route.LinkIndex));
    }

    [Theory]
    [InlineData("10.9.0.0/16")]
    [InlineData("fd09::/48")]
    public void A_route_that_is_there_is_refused_or_replaced(string text)
    {
        IPNetwork destination = IPNetwork.Parse(text);
        var spec = new RouteSpec(destination) { LinkIndex = _link.Index, Priority = 7 };
        Route.AddRoute(spec);

        var error = Assert.Throws<NetlinkException>(() => Route.AddRoute(spec));
        Assert.StartsWith($"add route to {text} on link {_link.Index}: File exists (EEXIST)", error.Message, StringComparison.Ordinal);

        Route.AddRoute(spec with { LinkIndex = _link.PeerIndex }, replace: true);
        Route route = Assert.Single(Route.ListRoutes(destination.BaseAddress.AddressFamily), route => route.Destination == destination);
        Assert.Equal((_link.PeerIndex, 7u), (route.LinkIndex, route.Priority));
    }

    [Theory]
    [InlineData("10.9.0.0/16", RouteType.Blackhole)]
    [InlineData("fd09::/48", RouteType.Blackhole)]
    [InlineData("10.9.0.0/16", RouteType.Unreachable)]
    [InlineData("fd09::/48", RouteType.Unreachable)]
    public void A_route_can_lead_nowhere_and_live_in_a_table_of_its_own(string text, RouteType type)
    {
        IPNetwork destination = IPNetwork.Parse(text);
        var family = destination.BaseAddress.AddressFamily;
        Route.AddRoute(new RouteSpec(destination) { Type = type, Table = 1000 });

        Assert.Equal(
            (destination, type, 1000u),
            Route.ListRoutes(family, 1000).Select(route => (route.Destination, route.Type, route.Table)).Single());
        Assert.DoesNotContain(Route.ListRoutes(family), route => route.Destination == destination);
        Assert.Contains(Route.ListRoutes(family, 0), route => route.Destination == destination);
    }

    [Fact]
    public void A_gateway_that_nothing_reaches_is_refused_with_the_kernels_explanation()
    {
        var spec = new RouteSpec(IPNetwork.Parse("10.9.0.0/16")) { Gateway = IPAddress.Parse("172.31.0.1"), LinkIndex = _link.Index };
        var error = Assert.Throws<NetlinkException>(() => Route.AddRoute(spec));
        Assert.Equal(
            $"add route to 10.9.0.0/16 via 172.31.0.1 on link {_link.Index}: "
            + "Network is unreachable (ENETUNREACH): Nexthop has invalid gateway",
            error.Message);
    }
}
