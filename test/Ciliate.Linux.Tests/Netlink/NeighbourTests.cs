using System.Net;
using System.Net.NetworkInformation;
using Ciliate.Netlink;
using Ciliate.Testing;
using Xunit;

namespace Ciliate.Linux.Tests.Netlink;

public sealed class NeighbourTests : IDisposable
{
    private readonly TestWire _wire = TestWire.Create();

    public void Dispose() => _wire.Dispose();

    [Theory]
    [InlineData("10.99.0.77")]
    [InlineData("fd99::77")]
    public void A_permanent_neighbour_is_added_replaced_listed_and_deleted(string text)
    {
        IPAddress address = IPAddress.Parse(text);
        RouteNetlink route = _wire.Left.Namespace.Route;
        int link = _wire.Left.Link.Index;
        var first = PhysicalAddress.Parse("0A-00-00-00-00-01");
        var second = PhysicalAddress.Parse("0A-00-00-00-00-02");
        route.ReplaceNeighbour(link, address, first);
        route.ReplaceNeighbour(link, address, second);

        Assert.Equal(
            new Neighbour(link, address, second, NeighbourState.Permanent),
            Assert.Single(route.ListNeighbours(address.AddressFamily), neighbour => neighbour.Address.Equals(address)));

        route.DeleteNeighbour(link, address);
        Assert.DoesNotContain(
            route.ListNeighbours(address.AddressFamily),
            neighbour => neighbour.Address.Equals(address) && neighbour.Mac is not null);
    }

    [Fact]
    public void A_neighbour_that_is_not_there_cannot_be_deleted()
    {
        int link = _wire.Left.Link.Index;
        var error = Assert.Throws<NetlinkException>(() => _wire.Left.Namespace.Route.DeleteNeighbour(link, IPAddress.Parse("10.99.0.78")));
        Assert.StartsWith(
            $"delete neighbour 10.99.0.78 from link {link}: No such file or directory (ENOENT)",
            error.Message,
            StringComparison.Ordinal);
    }
}
