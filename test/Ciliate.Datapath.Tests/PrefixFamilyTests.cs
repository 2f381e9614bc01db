using System.Net;
using Ciliate.Datapath.Abi;
using Ciliate.Datapath.Tests.Packets;
using Xunit;

namespace Ciliate.Datapath.Tests;

/// <summary>Prefixes of one family say nothing of the other, however short they are.</summary>
public sealed class PrefixFamilyTests : IDisposable
{
    private const uint PrefixIdentity = 0x0100_0001;
    private static readonly IPNetwork EveryIPv4 = IPNetwork.Parse("0.0.0.0/0"), EveryIPv6 = IPNetwork.Parse("::/0");

    private readonly Rig _rig = new();

    public void Dispose() => _rig.Dispose();

    [Theory, InlineData("::/0", "2001:db8::7", "203.0.113.7"), InlineData("0.0.0.0/0", "203.0.113.7", "2001:db8::7")]
    public void What_is_allowed_to_one_family_is_denied_to_the_other(string prefix, string inside, string outside)
    {
        _rig.Datapath.UpsertIpcache(IPNetwork.Parse(prefix), PrefixIdentity);
        _rig.Publish(Rig.WebId, Rig.WebIdentity, [new PolicyEntry(TrafficDirection.Egress, PrefixIdentity, 0, 0, 0, false, 10, 100)], enforced: true);

        _rig.WebSends(To(inside)).IsPassed();
        _rig.WebSends(To(outside)).IsDropped(DropReason.PolicyDeniedEgress);
    }

    [Fact]
    public void A_prefix_that_went_leaves_the_other_alone()
    {
        _rig.Datapath.UpsertIpcache(EveryIPv4, PrefixIdentity + 1);
        _rig.Datapath.UpsertIpcache(EveryIPv6, PrefixIdentity);
        _rig.Datapath.DeleteIpcache(EveryIPv4);
        _rig.Publish(Rig.WebId, Rig.WebIdentity, [new PolicyEntry(TrafficDirection.Egress, PrefixIdentity, 0, 0, 0, false, 10, 100)], enforced: true);

        _rig.WebSends(To("203.0.113.7")).IsDropped(DropReason.PolicyDeniedEgress);
        Assert.DoesNotContain(_rig.Datapath.DumpIpcache(), row => row.Prefix == EveryIPv4);
    }

    private byte[] To(string destination)
    {
        var address = IPAddress.Parse(destination);
        return _rig.FromWeb(address.GetAddressBytes().Length == 4 ? Family.IPv4 : Family.IPv6).WithDestination(address).Udp(1, 2);
    }
}
