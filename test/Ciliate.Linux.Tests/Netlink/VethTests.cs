using System.Globalization;
using System.Net.NetworkInformation;
using Ciliate.Netlink;
using Ciliate.Testing;
using Xunit;

namespace Ciliate.Linux.Tests.Netlink;

public sealed class VethTests : IDisposable
{
    private readonly TestNamespace _host = new("host");
    private readonly TestNamespace _container = new("container");

    public void Dispose()
    {
        _host.Dispose();
        _container.Dispose();
    }

    [Fact]
    public void A_veth_pair_has_the_names_macs_mtu_and_queues_that_were_asked_for_on_both_ends()
    {
        var mac = PhysicalAddress.Parse("0A-00-00-00-00-01");
        var peerMac = PhysicalAddress.Parse("0A-00-00-00-00-02");
        Link host = _host.Route.CreateVeth(new VethSpec("cil1a2b", "eth0")
        {
            PeerNamespace = _container.Namespace,
            Mac = mac,
            PeerMac = peerMac,
            Mtu = 1400,
            Queues = 1,
        });
        Link container = _container.Route.GetLink("eth0");

        Assert.Equal(("cil1a2b", "veth", 1400, mac), (host.Name, host.Kind, host.Mtu, host.Mac));
        Assert.Equal(("eth0", "veth", 1400, peerMac), (container.Name, container.Kind, container.Mtu, container.Mac));
        Assert.Equal((container.Index, host.Index), (host.PeerIndex, container.PeerIndex));
        Assert.NotNull(host.PeerNamespaceId);
        Assert.False(host.IsUp);
        Assert.Equal((1, 1), QueuesOf("cil1a2b"));
    }

    [Fact]
    public void Both_ends_carry_after_they_are_up_and_settled()
    {
        Link host = CreatePair(new VethSpec("cil1", "eth0"));
        _host.Route.SetUp(host.Index);
        _container.Route.SetUp(host.PeerIndex);

        Assert.True(_host.Route.SettleLink("cil1"));
        Assert.True(_container.Route.SettleLink("eth0"));
        Assert.True(_host.Route.GetLink("cil1") is { IsUp: true, HasCarrier: true });
        _host.Route.SetDown(host.Index);
        Assert.True(_container.Route.GetLink("eth0") is { IsUp: true, HasCarrier: false });
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Each_end_makes_a_link_local_address_only_where_it_is_wanted(bool wanted)
    {
        Link host = CreatePair(new VethSpec("cil1", "eth0") { LinkLocalAddress = wanted, PeerLinkLocalAddress = wanted });
        _host.Route.SetUp(host.Index);
        _container.Route.SetUp(host.PeerIndex);
        _host.Route.SettleLink("cil1");
        _container.Route.SettleLink("eth0");

        if (wanted)
        {
            Eventually.Holds(() => _host.Route.ListAddresses(host.Index).Count == 1, "one address on the host's end");
            Eventually.Holds(() => _container.Route.ListAddresses(host.PeerIndex).Count == 1, "one address on the container's end");
        }
        else
        {
            // The kernel makes the address within the call that brings the carrier.
            Assert.Empty(_host.Route.ListAddresses(host.Index));
            Assert.Empty(_container.Route.ListAddresses(host.PeerIndex));
        }
    }

    [Fact]
    public void A_name_that_is_taken_is_refused_and_leaves_nothing_behind()
    {
        CreatePair(new VethSpec("cil1", "eth0"));

        var error = Assert.Throws<NetlinkException>(() => CreatePair(new VethSpec("cil2", "eth0")));

        Assert.Equal(Errno.EEXIST, error.Errno);
        Assert.StartsWith("create veth cil2 with peer eth0: File exists (EEXIST)", error.Message, StringComparison.Ordinal);
        Assert.Null(_host.Route.FindLink("cil2"));
    }

    [Fact]
    public void Deleting_one_end_deletes_the_other()
    {
        CreatePair(new VethSpec("cil1", "eth0"));

        _host.Route.DeleteLink("cil1");

        Assert.Null(_host.Route.FindLink("cil1"));
        Eventually.Holds(() => _container.Route.FindLink("eth0") is null, "the container's end is gone");
    }

    [Fact]
    public void Without_a_peer_namespace_both_ends_stay_here()
    {
        Link link = _host.Route.CreateVeth(new VethSpec("a", "b") { LinkLocalAddress = false, PeerLinkLocalAddress = false });

        Assert.Equal("b", _host.Route.GetLink(link.PeerIndex).Name);
        Assert.Null(link.PeerNamespaceId);
    }

    // ip(8) as the second opinion.
    private (int Receive, int Transmit) QueuesOf(string link)
    {
        string details = TestProcess.Run(_host, "ip", "-d", "link", "show", link).Output;
        return (Number(details, "numrxqueues"), Number(details, "numtxqueues"));
    }

    private static int Number(string text, string word) => int.Parse(text.Split(word + " ")[1].Split(' ')[0], CultureInfo.InvariantCulture);

    private Link CreatePair(VethSpec spec) => _host.Route.CreateVeth(spec with { PeerNamespace = _container.Namespace });
}
