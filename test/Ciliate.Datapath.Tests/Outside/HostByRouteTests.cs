using System.Net;
using Ciliate.Datapath.Abi;
using Ciliate.Datapath.Tests.Packets;
using Ciliate.Netlink;
using Xunit;

namespace Ciliate.Datapath.Tests.Outside;

/// <summary>The host is whom its routes say it is: addresses that nobody has listed for the datapath, and all who are on a wire at once.</summary>
public sealed class HostByRouteTests : IDisposable
{
    private readonly OutsideRig _rig = new();

    public HostByRouteTests()
    {
        _rig.PublishEgress(OutsideRig.WebId, [Egress(ReservedIdentity.World, deny: false), Egress(ReservedIdentity.Host, deny: true)]);
        int loopback = _rig.Host.Route.FindLink("lo")!.Index;
        foreach (string prefix in new[] { "198.18.0.0/24", "2001:db8:18::/64" })
            _rig.Host.Route.AddRoute(new RouteSpec(IPNetwork.Parse(prefix)) { LinkIndex = loopback, Type = RouteType.Local });
    }

    public void Dispose() => _rig.Dispose();

    [Theory]
    [InlineData("198.51.100.255"), InlineData("198.51.100.2"), InlineData("198.18.0.77"), InlineData("2001:db8:18::77"), InlineData("2001:db8:51::2")]
    public void What_routes_keep_here_is_the_host(string address)
    {
        var outcome = _rig.Sends(Rig.Web, To(address)).IsDropped(DropReason.PolicyDeniedEgress);

        Assert.Equal((uint)ReservedIdentity.Host, outcome.Event!.DestinationIdentity);
    }

    [Theory, InlineData("198.51.100.77"), InlineData("2001:db8:51::77"), InlineData("203.0.113.9"), InlineData("2001:db8:99::9")]
    public void What_they_send_on_is_the_world(string address) => _rig.Sends(Rig.Web, To(address)).IsRedirected();

    [Theory, InlineData(Family.IPv4, "203.0.113.9"), InlineData(Family.IPv6, "2001:db8:99::9")]
    public void What_has_no_way_yet_is_nobodys_but_the_hosts_and_judged_again_when_it_has_one(Family family, string address)
    {
        _rig.PublishEgress(OutsideRig.WebId, [Egress(ReservedIdentity.Host, deny: false)]);
        _rig.Host.Route.DeleteRoute(_rig.DefaultRoute(family));
        _rig.Sends(Rig.Web, To(address)).IsPassed();

        _rig.Host.Route.AddRoute(_rig.DefaultRoute(family));

        var outcome = _rig.Sends(Rig.Web, To(address)).IsDropped(DropReason.PolicyDeniedEgress);
        Assert.Equal((uint)ReservedIdentity.World, outcome.Event!.DestinationIdentity);
    }

    [Theory, InlineData(Family.IPv4), InlineData(Family.IPv6)]
    public void A_flow_that_began_before_there_was_a_way_goes_on_by_it_and_is_answered(Family family)
    {
        _rig.Open();
        _rig.Host.Route.DeleteRoute(_rig.DefaultRoute(family));
        _rig.Sends(Rig.Web, OutsideRig.From(Rig.Web, family).Udp(5000, 53)).IsPassed();

        _rig.Host.Route.AddRoute(_rig.DefaultRoute(family));
        _rig.Sends(Rig.Web, OutsideRig.From(Rig.Web, family).Udp(5000, 53)).IsRedirected();

        _rig.Answers(Rig.Web, _rig.FromRemote(family).Udp(53, _rig.TheOnlyEntry.LocalPort)).IsPassed();
    }

    [Theory, InlineData("198.51.100.255", Family.IPv4), InlineData("198.18.0.77", Family.IPv4), InlineData("2001:db8:18::77", Family.IPv6)]
    public void That_somebody_switched_forwarding_off_makes_nobody_of_the_host_the_world(string address, Family family)
    {
        _rig.Host.Run(() => File.WriteAllText($"/proc/sys/net/{(family == Family.IPv4 ? "ipv4" : "ipv6")}/conf/cil{OutsideRig.WebId}/forwarding", "0"));

        _rig.Sends(Rig.Web, To(address)).IsDropped(DropReason.PolicyDeniedEgress);
    }

    private static byte[] To(string address)
    {
        var destination = IPAddress.Parse(address);
        bool isIPv4 = destination.AddressFamily == System.Net.Sockets.AddressFamily.InterNetwork;
        var station = Rig.Remote with { IPv4 = isIPv4 ? destination : Rig.Remote.IPv4, IPv6 = isIPv4 ? Rig.Remote.IPv6 : destination };
        return Frame.From(Rig.Web).To(station).Via(Rig.Gateway).Over(isIPv4 ? Family.IPv4 : Family.IPv6).Udp(5000, 53);
    }

    private static PolicyEntry Egress(ReservedIdentity peer, bool deny) =>
        new(TrafficDirection.Egress, (uint)peer, 0, 0, 0, deny, deny ? 20u : 10u, deny ? 2u : 1u);
}
