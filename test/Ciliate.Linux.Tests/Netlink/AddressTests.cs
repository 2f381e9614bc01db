using System.Net;
using System.Net.Sockets;
using Ciliate.Netlink;
using Ciliate.Testing;
using Xunit;

namespace Ciliate.Linux.Tests.Netlink;

public sealed class AddressTests : IDisposable
{
    private readonly TestNamespace _namespace = new();
    private readonly Link _link;

    public AddressTests()
    {
        _link = Route.CreateVeth(new VethSpec("a", "b") { LinkLocalAddress = false, PeerLinkLocalAddress = false });
        Route.SetUp(_link.Index);
        Route.SetUp(_link.PeerIndex);
    }

    private RouteNetlink Route => _namespace.Route;

    public void Dispose() => _namespace.Dispose();

    [Theory]
    [InlineData("10.1.2.3", 32)]
    [InlineData("10.1.2.3", 24)]
    [InlineData("fd00::3", 128)]
    [InlineData("fd00::3", 64)]
    public void An_address_is_added_listed_usable_at_once_and_deleted(string text, int prefixLength)
    {
        IPAddress address = IPAddress.Parse(text);
        Route.AddAddress(_link.Index, address, prefixLength);

        InterfaceAddress listed = Assert.Single(Route.ListAddresses(_link.Index));
        Assert.Equal(
            (_link.Index, address, prefixLength, RouteScope.Universe),
            (listed.LinkIndex, listed.Address, listed.PrefixLength, listed.Scope));
        Assert.Equal(AddressProperties.Permanent, listed.Flags & (AddressProperties.Permanent | AddressProperties.Tentative));
        using var socket = _namespace.Run(() => BoundSocket(address));

        Route.DeleteAddress(_link.Index, address, prefixLength);
        Assert.Empty(Route.ListAddresses(_link.Index));
    }

    [Theory]
    [InlineData("10.1.2.3", 24)]
    [InlineData("fd00::3", 64)]
    public void An_address_that_is_there_is_refused_by_name(string text, int prefixLength)
    {
        IPAddress address = IPAddress.Parse(text);
        Route.AddAddress(_link.Index, address, prefixLength);

        var error = Assert.Throws<NetlinkException>(() => Route.AddAddress(_link.Index, address, prefixLength));

        Assert.Equal(Errno.EEXIST, error.Errno);
        Assert.StartsWith(
            $"add address {text}/{prefixLength} to link {_link.Index}: File exists (EEXIST)",
            error.Message,
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("10.1.2.3", 24)]
    [InlineData("fd00::3", 64)]
    public void Without_a_prefix_route_the_table_stays_empty(string text, int prefixLength)
    {
        IPAddress address = IPAddress.Parse(text);
        Route.AddAddress(_link.Index, address, prefixLength, AddressProperties.NoPrefixRoute);

        Assert.DoesNotContain(
            Route.ListRoutes(address.AddressFamily),
            route => route.LinkIndex == _link.Index && route.Destination.PrefixLength == prefixLength);
        Assert.True(Route.ListAddresses(_link.Index)[0].Flags.HasFlag(AddressProperties.NoPrefixRoute));
    }

    [Fact]
    public void Duplicate_detection_is_done_where_it_is_wanted()
    {
        Route.AddAddress(_link.Index, IPAddress.Parse("fd00::3"), 64, detectDuplicates: true);
        Assert.True(Route.ListAddresses(_link.Index)[0].Flags.HasFlag(AddressProperties.Tentative));
    }

    [Fact]
    public void The_list_of_all_links_has_both_families()
    {
        Route.AddAddress(_link.Index, IPAddress.Parse("10.1.2.3"), 24);
        Route.AddAddress(_link.PeerIndex, IPAddress.Parse("fd00::3"), 64);

        Assert.Equal(
            ["10.1.2.3", "127.0.0.1", "::1", "fd00::3"],
            Route.ListAddresses().Select(address => address.Address.ToString()).Order(StringComparer.Ordinal));
    }

    private static Socket BoundSocket(IPAddress address)
    {
        var socket = new Socket(address.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
        socket.Bind(new IPEndPoint(address, 0));
        return socket;
    }
}
