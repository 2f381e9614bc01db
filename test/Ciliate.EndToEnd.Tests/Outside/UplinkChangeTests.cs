using System.Net;
using Ciliate.EndToEnd.Tests.OneHost;
using Ciliate.EndToEnd.Tests.Probes;
using Ciliate.Netlink;
using Ciliate.Testing;
using Xunit;

namespace Ciliate.EndToEnd.Tests.Outside;

public sealed class UplinkChangeTests(World world) : IClassFixture<World>
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    [Theory, InlineData(Family.IPv4, "198.51.100.3"), InlineData(Family.IPv6, "2001:db8:51::3")]
    public void Another_address_is_for_new_flows_and_those_that_run_keep_theirs(Family family, string another)
    {
        using var stream = new Conversation(world.Web.Network, world.Router.Address(family), World.Port, Transport.Tcp);
        using var datagrams = new DatagramTalk(world.Web.Network, world.Router.Address(family), World.Port, size: 4000);
        Assert.True(stream.IsAnswered(Patience));
        datagrams.GoesOn(5);

        int uplink = world.Host.Network.Route.GetLink(World.UplinkName).Index;
        var address = IPAddress.Parse(another);
        world.Host.Network.Route.AddAddress(uplink, address, family == Family.IPv4 ? 24 : 64);
        Eventually.Holds(() => TryPrefer(uplink, address, family), "the address can be a route's source", Patience);
        Eventually.Holds(() => UplinkAddress(family) == another, "the agent has seen the address", Patience);

        using var later = new Conversation(world.Web.Network, world.Router.Address(family), World.Port, Transport.Tcp);
        Assert.True(later.IsAnswered(Patience));
        Assert.True(stream.IsAnswered(Patience));
        datagrams.GoesOn(20);
        Assert.Equal((World.Uplink(family).ToString(), another), (LocalOf(stream), LocalOf(later)));
    }

    private bool TryPrefer(int uplink, IPAddress address, Family family)
    {
        try
        {
            world.Host.Network.Route.AddRoute(
                RouteSpec.Default(address.AddressFamily) with { Gateway = world.Router.Address(family), LinkIndex = uplink, PreferredSource = address },
                replace: true);
            return true;
        }
        catch (NetlinkException)
        {
            return false; // while duplicates are looked for
        }
    }

    private string? UplinkAddress(Family family) => Assert.Single(
        world.Host.Ciliate.Json("status").GetProperty("masquerade").GetProperty("uplinks").EnumerateArray()).GetProperty(family == Family.IPv4 ? "ipv4" : "ipv6").GetString();

    private string? LocalOf(Conversation conversation) => Assert.Single(
        world.Host.Ciliate.Json("bpf", "nat", "list").EnumerateArray(),
        row => row.GetProperty("container").GetProperty("port").GetInt32() == conversation.SourcePort).GetProperty("local").GetProperty("address").GetString();
}
