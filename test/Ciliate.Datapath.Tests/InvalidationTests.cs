using Ciliate.Datapath.Tests.Packets;
using Xunit;

namespace Ciliate.Datapath.Tests;

/// <summary>What a change voids is judged again, once; what it does not concern is not, which is counted. Beside web and db there is a third
/// container whose flow to db, and web's to somebody outside, run all the while.</summary>
public sealed class InvalidationTests : IDisposable
{
    private const ushort ThirdId = 3;
    private const uint ThirdIdentity = 258, Named = 16777217;
    private const int Redirect = 7, Pass = 0, Shot = 2;

    private static readonly Station s_third = new(
        "third", new System.Net.NetworkInformation.PhysicalAddress([2, 0, 0, 0, 0, 3]), System.Net.IPAddress.Parse("10.9.0.4"), System.Net.IPAddress.Parse("fd09::4"));

    private readonly Rig _rig = new();

    public InvalidationTests()
    {
        _rig.Register(ThirdId, s_third);
        PublishWeb(Rig.WebIdentity);
        _rig.Publish(Rig.DbId, Rig.DbIdentity, [Entry(TrafficDirection.Ingress, Rig.WebIdentity), Entry(TrafficDirection.Ingress, ThirdIdentity)], enforced: true);
        _rig.Publish(ThirdId, ThirdIdentity, [Entry(TrafficDirection.Egress, 0)], enforced: true);
    }

    public static TheoryData<Family> Both => [Family.IPv4, Family.IPv6];

    public void Dispose() => _rig.Dispose();

    [Theory, MemberData(nameof(Both))]
    public void A_policy_change_concerns_the_flows_of_its_container_alone(Family family)
    {
        RunAll(family);

        PublishWeb(Rig.WebIdentity);

        Assert.Equal((2ul, 0ul), JudgedAgainWhen(() => RunAll(family)));
        Assert.Equal((0ul, 0ul), JudgedAgainWhen(() => RunAll(family)));
    }

    [Theory, MemberData(nameof(Both))]
    public void Other_labels_of_a_peer_are_judged_by_the_policies_of_those_it_talks_to(Family family)
    {
        RunAll(family);

        PublishWeb(identity: 300);

        Assert.Equal(Shot, WebToDb(family));
        Assert.Equal(Redirect, ThirdToDb(family));
        _rig.Datapath.AddEntries(Rig.DbId, [Entry(TrafficDirection.Ingress, 300)]);
        Assert.Equal(Redirect, WebToDb(family));
        Assert.Equal((0ul, 0ul), JudgedAgainWhen(() => ThirdToDb(family)));
    }

    [Theory, MemberData(nameof(Both))]
    public void Another_identity_of_an_address_concerns_the_flows_to_it(Family family)
    {
        RunAll(family);

        _rig.Datapath.UpsertIpcache(Rig.HostPrefix(Rig.Remote.Address(family)), Named);

        Assert.Equal((1ul, 0ul), JudgedAgainWhen(() => RunAll(family)));
        Assert.Equal((0ul, 0ul), JudgedAgainWhen(() => RunAll(family)));
    }

    [Theory, MemberData(nameof(Both))]
    public void A_prefix_that_a_policy_names_concerns_nobody_before_the_policy_does(Family family)
    {
        RunAll(family);

        _rig.Datapath.AddEntries(Rig.WebId, [Entry(TrafficDirection.Egress, Named)]);
        _rig.Datapath.UpsertPrefixes([new IpcacheRow(Rig.HostPrefix(Rig.Remote.Address(family)), Named)]);
        Assert.Equal((0ul, 0ul), JudgedAgainWhen(() => RunAll(family)));

        _rig.Publish(Rig.WebId, Rig.WebIdentity, [Entry(TrafficDirection.Egress, 0), Entry(TrafficDirection.Egress, Named, deny: true)], enforced: true);
        Assert.Equal(Shot, WebToRemote(family));
        Assert.Equal(Redirect, WebToDb(family));
        Assert.Equal((0ul, 0ul), JudgedAgainWhen(() => ThirdToDb(family)));
    }

    [Theory, MemberData(nameof(Both))]
    public void A_revoked_flow_is_judged_again_with_each_packet_and_the_count_goes_with_its_container(Family family)
    {
        RunAll(family);
        _rig.Publish(Rig.WebId, Rig.WebIdentity, [], enforced: true);

        Assert.Equal((3ul, 0ul), JudgedAgainWhen(() =>
        {
            for (int i = 0; i < 3; i++)
                Assert.Equal(Shot, WebToDb(family));
        }));
        _rig.Datapath.DetachEndpoint(Rig.WebId);
        _rig.Register(Rig.WebId, Rig.Web);
        Assert.Equal(0ul, JudgedAgain(Rig.WebId));
    }

    private static PolicyEntry Entry(TrafficDirection direction, uint peer, bool deny = false) =>
        new(direction, peer, 0, 0, 0, deny, deny ? 20u : 10u, 100);

    private void PublishWeb(uint identity) => _rig.Publish(Rig.WebId, identity, [Entry(TrafficDirection.Egress, 0)], enforced: true);

    private void RunAll(Family family) => Assert.Equal((Redirect, Pass, Redirect), (WebToDb(family), WebToRemote(family), ThirdToDb(family)));

    private int WebToDb(Family family) => _rig.VerdictOfWeb(_rig.FromWeb(family).Udp(1000, 2000));

    private int WebToRemote(Family family) => _rig.VerdictOfWeb(Frame.From(Rig.Web).To(Rig.Remote).Via(Rig.Gateway).Over(family).Udp(1000, 2000));

    private int ThirdToDb(Family family) => _rig.VerdictOf(ThirdId, Frame.From(s_third).To(Rig.Db).Via(Rig.Gateway).Over(family).Udp(1000, 2000));

    private (ulong Web, ulong Third) JudgedAgainWhen(Action packets)
    {
        (ulong web, ulong third) = (JudgedAgain(Rig.WebId), JudgedAgain(ThirdId));
        packets();
        return (JudgedAgain(Rig.WebId) - web, JudgedAgain(ThirdId) - third);
    }

    private ulong JudgedAgain(ushort id) => _rig.Datapath.ReadCounters().Endpoints.Single(row => row.EndpointId == id).JudgedAgain;
}
