using Ciliate.Datapath.Abi;
using Ciliate.Datapath.Tests.Packets;
using Xunit;

namespace Ciliate.Datapath.Tests;

/// <summary>The order of steps by which one generation takes the place of another, and who may still read what.</summary>
public sealed class GenerationTests
{
    private const uint Newcomer = 400;

    private static readonly PolicyEntry s_toAll = new(TrafficDirection.Egress, 0, 0, 0, 0, false, 1, 16);
    private static readonly PolicyEntry s_fromAll = new(TrafficDirection.Ingress, 0, 0, 0, 0, false, 1, 17);

    [Theory, InlineData(Family.IPv4), InlineData(Family.IPv6)]
    public void Both_directions_change_at_one_store(Family family)
    {
        using var rig = new Rig().Open();
        rig.Publish(Rig.WebId, Rig.WebIdentity, [s_toAll], enforced: true);
        ulong sending = rig.Datapath.Maps.Endpoints[Rig.WebId].Commit;
        rig.Publish(Rig.WebId, Rig.WebIdentity, [s_fromAll], enforced: true);
        ulong receiving = rig.Datapath.Maps.Endpoints[Rig.WebId].Commit;
        // The generation before is still whole: nothing is taken from it before a grace period has passed.
        foreach ((ulong commit, bool sends) in new[] { (sending, true), (receiving, false), (sending, true) })
        {
            rig.Datapath.Maps.Endpoints[Rig.WebId].Commit = commit;

            Expect(rig.WebSends(rig.FromWeb(family).Udp(1000, 2000)), sends, DropReason.PolicyDeniedEgress);
            Expect(rig.DbSends(rig.FromDb(family).Udp(3000, 4000)), !sends, DropReason.PolicyDeniedIngress);
        }
    }

    [Fact]
    public void A_slot_is_given_out_again_only_after_a_grace_period()
    {
        using var rig = new Rig().Open();
        var given = new HashSet<uint>();
        for (int i = 0; i < 100; i++)
        {
            rig.Publish(Rig.WebId, Rig.WebIdentity, [s_toAll], enforced: true);
            Assert.True(given.Add(SlotOf(rig, Rig.WebId)), "a slot came twice");
        }

        Assert.Equal(100, rig.Datapath.Maps.Policy.Entries().Count());
        rig.Datapath.ReclaimGenerations();

        Assert.Equal(SlotOf(rig, Rig.WebId), Assert.Single(rig.Datapath.Maps.Policy.Entries()).Key.Slot);
        rig.Publish(Rig.WebId, Rig.WebIdentity, [s_toAll], enforced: true);
        Assert.Contains(SlotOf(rig, Rig.WebId), given);
    }

    [Fact]
    public void Generations_past_do_not_pile_up()
    {
        using var rig = new Rig().Open();
        for (int i = 0; i < 5000; i++)
            rig.Publish(Rig.WebId, Rig.WebIdentity, [s_toAll], enforced: true);

        Assert.InRange(rig.Datapath.Maps.Policy.Entries().Count(), 1, 1025);
    }

    [Fact]
    public void A_generation_that_does_not_fit_is_refused_before_anything_of_it_is_written()
    {
        using var rig = new Rig().Open();
        rig.Publish(Rig.WebId, Rig.WebIdentity, [s_toAll], enforced: true);
        ulong before = rig.Datapath.Maps.Endpoints[Rig.WebId].Commit;
        int capacity = (int)rig.Datapath.Maps.Policy.Map.Info.MaxEntries;

        var refusal = Assert.Throws<DatapathException>(() => rig.Publish(Rig.WebId, Rig.WebIdentity, Entries(capacity), enforced: true));

        Assert.Contains($"{capacity} lines are needed, and {capacity - 1} of {capacity} are free", refusal.Message, StringComparison.Ordinal);
        Assert.Equal(before, rig.Datapath.Maps.Endpoints[Rig.WebId].Commit);
        Assert.Equal(SlotOf(rig, Rig.WebId), Assert.Single(rig.Datapath.Maps.Policy.Entries()).Key.Slot);
    }

    [Fact]
    public void Generations_past_make_room_for_one_that_would_not_fit_beside_them()
    {
        using var rig = new Rig().Open();
        PolicyEntry[] most = Entries(600_000);
        rig.Publish(Rig.WebId, Rig.WebIdentity, most, enforced: true);
        Assert.Throws<DatapathException>(() => rig.Publish(Rig.WebId, Rig.WebIdentity, most, enforced: true));
        rig.Publish(Rig.WebId, Rig.WebIdentity, [s_toAll], enforced: true);

        rig.Publish(Rig.WebId, Rig.WebIdentity, most, enforced: true);

        Assert.Equal(most.Length, rig.Datapath.Maps.Policy.Entries().Count(pair => pair.Key.Slot == SlotOf(rig, Rig.WebId)));
    }

    [Fact]
    public void Before_a_peer_comes_nobody_is_judged_by_a_generation_that_does_not_know_it()
    {
        using var rig = new Rig().Open();
        rig.Publish(Rig.WebId, Rig.WebIdentity, [s_toAll], enforced: true);
        rig.Publish(Rig.WebId, Rig.WebIdentity, [s_fromAll], enforced: true);
        Assert.Equal(2, rig.Datapath.Maps.Policy.Entries().Count());

        rig.Datapath.AddEntries(Rig.WebId, [s_toAll with { Peer = Newcomer }]);

        Assert.All(rig.Datapath.Maps.Policy.Entries(), entry => Assert.Equal(SlotOf(rig, Rig.WebId), entry.Key.Slot));
    }

    [Theory, InlineData(Family.IPv4), InlineData(Family.IPv6)]
    public void After_the_last_number_the_first_comes_again_and_flows_are_judged_anew(Family family)
    {
        using var rig = new Rig().Open();
        rig.Datapath.Maps.Endpoints[0].Commit = ((ulong)EpochLimits.Version - 2) << 32;
        Assert.Equal((uint)EpochLimits.Version - 1, rig.Publish(Rig.WebId, Rig.WebIdentity, [], enforced: false));
        rig.WebSends(rig.FromWeb(family).Udp(1000, 2000)).IsRedirected();

        Assert.Equal(1u, rig.Publish(Rig.WebId, Rig.WebIdentity, [], enforced: true));

        rig.WebSends(rig.FromWeb(family).Udp(1000, 2000)).IsDropped(DropReason.PolicyDeniedEgress);
        rig.Open();
        rig.WebSends(rig.FromWeb(family).Udp(1000, 2000)).IsRedirected();
    }

    [Theory, InlineData(Family.IPv4), InlineData(Family.IPv6)]
    public void Who_takes_over_an_address_is_not_heard_by_the_flows_of_who_had_it(Family family)
    {
        const ushort heir = 3;
        using var rig = new Rig().Open();
        rig.WebSends(rig.FromWeb(family).Udp(1000, 2000)).IsRedirected();

        rig.Register(heir, Rig.Db);
        rig.Publish(heir, Newcomer, [], enforced: true);
        rig.WebSends(rig.FromWeb(family).Udp(1000, 3000)).IsDropped(DropReason.PolicyDeniedIngress);
        rig.Datapath.DetachEndpoint(Rig.DbId);

        rig.WebSends(rig.FromWeb(family).Udp(1000, 2000)).IsDropped(DropReason.PolicyDeniedIngress);
        Assert.Equal(heir, rig.WebSends(rig.FromWeb(family).Udp(1000, 2000)).Event!.DestinationEndpoint);
    }

    [Fact]
    public void What_was_registered_and_never_attached_is_known_so_that_it_can_be_removed()
    {
        using var rig = new Rig();

        Assert.Equal([Rig.WebId, Rig.DbId], rig.Datapath.AttachedEndpoints().Order());
        rig.Datapath.DetachEndpoint(Rig.DbId);
        Assert.Equal([Rig.WebId], rig.Datapath.AttachedEndpoints().Order());
        Assert.Equal(2, rig.Datapath.Maps.LocalEndpoints.Entries().Count());
    }

    /// <summary>One for each of so many peers.</summary>
    private static PolicyEntry[] Entries(int count) =>
        [.. Enumerable.Range(1, count).Select(peer => new PolicyEntry(TrafficDirection.Egress, (uint)peer, 6, 80, 16, false, 1, 16))];

    private static uint SlotOf(Rig rig, ushort id) => (uint)rig.Datapath.Maps.Endpoints[id].Commit;

    private static void Expect(Outcome outcome, bool passes, DropReason otherwise)
    {
        if (passes)
            outcome.IsRedirected();
        else
            outcome.IsDropped(otherwise);
    }
}
