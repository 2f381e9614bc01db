using Ciliate.Agent.Control;
using Ciliate.Agent.Identities;
using Ciliate.Agent.State;
using Ciliate.Linux;
using Ciliate.Linux.Interop;
using Ciliate.Policy;
using Xunit;

namespace Ciliate.Agent.Tests.Identities;

public sealed class IdentityTests : IDisposable
{
    private readonly ManualTime _time = new();
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("ciliate-identities-");

    public void Dispose() => _directory.Delete(recursive: true);

    [Fact]
    public void The_same_labels_are_one_identity_whatever_their_order()
    {
        var identities = new IdentityAllocator(_time);

        IdentityRow one = identities.Acquire(LabelSet.Parse("app=web", "tier=front"));
        IdentityRow two = identities.Acquire(LabelSet.Parse("tier=front", "app=web"));

        Assert.Equal((256u, 256u, 2), (one.Id, two.Id, two.Holders));
    }

    [Fact]
    public async Task Many_at_once_get_one_number_for_one_label_set()
    {
        await using var loop = new ControlLoop();
        var identities = new IdentityAllocator(_time);

        IdentityRow[] rows = await Task.WhenAll(Enumerable.Range(0, 400).Select(i => Task.Run(() => loop.RunAsync(
            () => identities.Acquire(LabelSet.Parse($"app=a{i % 7}")), TestContext.Current.CancellationToken))));

        Assert.Equal(7, rows.Select(row => row.Id).Distinct().Count());
        Assert.All(rows.GroupBy(row => row.Id), group => Assert.Single(group.Select(row => row.Labels).Distinct()));
        Assert.Equal(400, identities.Identities.Rows.Sum(row => row.Holders));
    }

    [Fact]
    public void A_number_that_was_given_back_rests_and_keeps_its_labels_meanwhile()
    {
        var identities = new IdentityAllocator(_time);
        uint id = identities.Acquire(LabelSet.Parse("app=web")).Id;

        Assert.True(identities.Release(id));
        _time.Advance(IdentityAllocator.Quarantine - TimeSpan.FromSeconds(1));

        Assert.NotEqual(id, identities.Acquire(LabelSet.Parse("app=db")).Id);
        Assert.Equal("container:app=web", identities.LabelsOf(id).ToString());
        Assert.Equal(id, identities.Acquire(LabelSet.Parse("app=web")).Id);
    }

    [Fact]
    public void After_its_rest_a_number_stands_for_nothing()
    {
        var identities = new IdentityAllocator(_time);
        uint id = identities.Acquire(LabelSet.Parse("app=web")).Id;
        identities.Release(id);
        _time.Advance(IdentityAllocator.Quarantine);

        identities.Acquire(LabelSet.Parse("app=db"));

        Assert.Empty(identities.LabelsOf(id));
    }

    [Fact]
    public void Numbers_outlive_a_restart_and_do_not_start_again()
    {
        var before = new IdentityAllocator(_time);
        before.Acquire(LabelSet.Parse("app=web"));
        before.Release(before.Acquire(LabelSet.Parse("app=db")).Id);
        before.Record(new StateStore(_directory.FullName));
        var after = new IdentityAllocator(_time);

        after.Load(new StateStore(_directory.FullName).ReadIdentities(out _));
        after.Adopt(256, LabelSet.Parse("app=web"));

        Assert.Equal(256u, after.Acquire(LabelSet.Parse("app=web")).Id);
        Assert.Equal(257u, after.Acquire(LabelSet.Parse("app=db")).Id);
        Assert.Equal(258u, after.Acquire(LabelSet.Parse("app=new")).Id);
    }

    [Fact]
    public void A_storm_of_labels_leaves_no_more_at_rest_than_there_is_room_for_and_gives_no_number_twice()
    {
        var identities = new IdentityAllocator(_time);
        var store = new StateStore(_directory.FullName);
        var given = new HashSet<uint>();
        long longest = 0;
        for (int i = 0; i < 3 * IdentityAllocator.MostResting; i++)
        {
            uint id = identities.Acquire(LabelSet.Parse($"app=a{i}")).Id;
            if (i % 64 == 0)
                identities.Record(store);
            identities.Release(id);
            Assert.True(given.Add(id));
            longest = Math.Max(longest, new FileInfo(store.PathOf(StateStore.IdentityFile)).Length);
        }

        identities.Record(store);
        Assert.InRange(identities.Identities.Count, 1, IdentityAllocator.MostResting + 1);
        var after = new IdentityAllocator(_time);
        after.Load(new StateStore(_directory.FullName).ReadIdentities(out _));
        Assert.DoesNotContain(after.Acquire(LabelSet.Parse("app=new")).Id, given);
        // Twice what is remembered, and what is added until it is written anew.
        Assert.InRange(longest, 1, 4 * IdentityAllocator.MostResting * 100);
    }

    [Fact]
    public void A_number_that_the_disk_did_not_take_is_written_with_the_next()
    {
        var identities = new IdentityAllocator(_time);
        var store = new StateStore(_directory.FullName);
        identities.Acquire(LabelSet.Parse("app=first"));
        identities.Record(store);
        uint web = identities.Acquire(LabelSet.Parse("app=web")).Id;
        using (FaultSeam.Consult((scoped SeenCall call) => call.Name == "fsync" ? Errno.EIO : 0))
            Assert.Throws<AgentException>(() => identities.Record(store));

        identities.Record(store);

        Assert.Contains(new StateStore(_directory.FullName).ReadIdentities(out _).Identities, identity => identity.Id == web);
    }

    [Fact]
    public void An_endpoint_whose_number_stands_for_other_labels_is_refused()
    {
        var identities = new IdentityAllocator(_time);
        identities.Acquire(LabelSet.Parse("app=web"));

        Assert.Throws<FormatException>(() => identities.Adopt(256, LabelSet.Parse("app=db")));
        Assert.Throws<FormatException>(() => identities.Adopt(300, LabelSet.Parse("app=web")));
        Assert.Throws<FormatException>(() => identities.Adopt(1, LabelSet.Parse("app=x")));
    }

    [Fact]
    public void Reserved_identities_have_their_labels() =>
        Assert.Equal("reserved:world", new IdentityAllocator(_time).LabelsOf(ReservedIdentities.World).ToString());

    private sealed class ManualTime : TimeProvider
    {
        private DateTimeOffset _now = DateTimeOffset.UnixEpoch;

        public void Advance(TimeSpan by) => _now += by;

        public override DateTimeOffset GetUtcNow() => _now;
    }
}
