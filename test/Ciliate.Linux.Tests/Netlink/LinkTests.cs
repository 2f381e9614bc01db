using System.Net.NetworkInformation;
using Ciliate.Netlink;
using Ciliate.Testing;
using Xunit;

namespace Ciliate.Linux.Tests.Netlink;

public sealed class LinkTests : IDisposable
{
    private readonly TestNamespace _namespace = new();

    private RouteNetlink Route => _namespace.Route;

    public void Dispose() => _namespace.Dispose();

    [Fact]
    public void Name_mac_mtu_alias_and_master_of_a_link_are_changed()
    {
        var mac = PhysicalAddress.Parse("0A-00-00-00-00-07");
        Link bridge = Route.CreateBridge("br0");
        Link link = Route.CreateVeth(new VethSpec("a", "b"));

        Route.SetName(link.Index, "renamed");
        Route.SetMac(link.Index, mac);
        Route.SetMtu(link.Index, 1280);
        Route.SetAlias(link.Index, "endpoint 12 web");
        Route.SetMaster(link.Index, bridge.Index);

        Link changed = Route.GetLink(link.Index);
        Assert.Equal(link with { Name = "renamed", Mac = mac, Mtu = 1280, Alias = "endpoint 12 web", MasterIndex = bridge.Index }, changed);
        Assert.Null(Route.FindLink("a"));
        Route.SetMaster(link.Index, 0);
        Assert.Equal(0, Route.GetLink("renamed").MasterIndex);
    }

    [Fact]
    public void Links_with_ethernet_headers_are_told_from_those_with_bare_packets()
    {
        Assert.Equal(0, TestProcess.Run(_namespace, "ip", "tuntap", "add", "dev", "tun0", "mode", "tun").ExitCode);

        Assert.False(Route.GetLink("tun0").IsEthernet);
        Assert.True(Route.CreateBridge("br0").IsEthernet);
    }

    [Fact]
    public void The_list_has_every_link_of_its_namespace()
    {
        Route.CreateVeth(new VethSpec("a", "b"));
        Route.CreateBridge("br0");

        Assert.Equal(["a", "b", "br0", "lo"], Route.ListLinks().Select(link => link.Name).Order());
        Assert.Equal("bridge", Route.GetLink("br0").Kind);
    }

    [Fact]
    public void A_list_longer_than_one_datagram_is_whole()
    {
        for (int i = 0; i < 100; i++)
        {
            Route.CreateVeth(new VethSpec($"a{i}", $"b{i}") { Queues = 1 });
        }

        Assert.Equal(201, Route.ListLinks().DistinctBy(link => link.Index).Count());
    }

    [Fact]
    public void A_link_that_is_not_there_is_null_false_or_an_error_that_names_it()
    {
        Assert.Null(Route.FindLink("none"));
        Assert.False(Route.TryDeleteLink("none"));
        Assert.Equal("get link none: No such device (ENODEV)", Assert.Throws<NetlinkException>(() => Route.GetLink("none")).Message);
        Assert.StartsWith(
            "delete link none: No such device (ENODEV)",
            Assert.Throws<NetlinkException>(() => Route.DeleteLink("none")).Message,
            StringComparison.Ordinal);
        Assert.StartsWith(
            "get link 4711: No such device (ENODEV)",
            Assert.Throws<NetlinkException>(() => Route.GetLink(4711)).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void An_error_has_the_kernels_explanation()
    {
        Link link = Route.CreateVeth(new VethSpec("a", "b"));
        var error = Assert.Throws<NetlinkException>(() => Route.SetMtu(link.Index, 10));
        Assert.Equal($"set MTU of link {link.Index} to 10: Invalid argument (EINVAL): mtu less than device minimum", error.Message);
    }

    [Fact]
    public void After_an_error_the_socket_goes_on()
    {
        Assert.Throws<NetlinkException>(() => Route.SetUp(4711));
        Assert.Equal("lo", Route.GetLink("lo").Name);
    }

    [Theory]
    [InlineData("")]
    [InlineData("sixteen-bytes-xx")]
    [InlineData("a b")]
    [InlineData("a/b")]
    [InlineData("a:b")]
    [InlineData(".")]
    public void A_name_that_no_link_can_have_is_refused_before_the_kernel_is_asked(string name) =>
        Assert.Throws<ArgumentException>(() => Route.FindLink(name));

    [Fact]
    public void Offloads_are_switched_and_read_back()
    {
        Route.CreateVeth(new VethSpec("a", "b"));
        foreach (LinkFeature feature in Enum.GetValues<LinkFeature>())
        {
            Route.SetFeature("a", feature, false);
            Assert.False(Route.GetFeature("a", feature));
            Route.SetFeature("a", feature, true);
        }

        Assert.All(Enum.GetValues<LinkFeature>(), feature => Assert.True(Route.GetFeature("a", feature)));
        Assert.Equal("settle link none: No such device (ENODEV)", Assert.Throws<NetlinkException>(() => Route.SettleLink("none")).Message);
    }

    [Fact]
    public void Threads_share_one_socket()
    {
        Link link = Route.CreateVeth(new VethSpec("a", "b"));
        Parallel.For(0, 200, i =>
        {
            Assert.Equal("a", Route.GetLink(link.Index).Name);
            Assert.Equal(3, Route.ListLinks().Count);
            Assert.Null(Route.FindLink($"none{i}"));
        });
    }
}
