using Ciliate.Agent.Control;
using Ciliate.Agent.Identities;
using Ciliate.Policy;
using Xunit;

namespace Ciliate.Agent.Tests.Identities;

public sealed class IdentityTests
{
    private readonly ManualTime _time = new();

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
        var after = new IdentityAllocator(_time);

        after.Load(before.Save());
        after.Adopt(256, LabelSet.Parse("app=web"));

        Assert.Equal(256u, after.Acquire(LabelSet.Parse("app=web")).Id);
        Assert.Equal(257u, after.Acquire(LabelSet.Parse("app=db")).Id);
        Assert.Equal(258u, after.Acquire(LabelSet.Parse("app=new")).Id);
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
