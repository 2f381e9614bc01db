using Ciliate.Agent.Flows;
using Ciliate.Agent.Tests.Fakes;
using Ciliate.Datapath;
using Ciliate.Policy;
using Xunit;

namespace Ciliate.Agent.Tests.Flows;

public sealed class FlowLogTests
{
    [Fact]
    public void The_oldest_flows_give_way_and_the_newest_come_last()
    {
        var log = new FlowLog(4);
        for (ushort port = 1; port <= 6; port++)
            log.Add(Record(Verdicts.Dropped(port)));

        Assert.Equal([3, 4, 5, 6], Ports(log.Last(10, FlowFilter.Everything)));
        Assert.Equal([5, 6], Ports(log.Last(2, FlowFilter.Everything)));
        Assert.Equal(6ul, log.Count);
    }

    [Fact]
    public void The_last_ones_are_counted_among_those_that_match()
    {
        var log = new FlowLog(100);
        for (ushort port = 1; port <= 20; port++)
            log.Add(Record(port % 2 == 0 ? Verdicts.Dropped(port) : Verdicts.Forwarded(port)));

        Assert.Equal([17, 19], Ports(log.Last(2, new FlowFilter(Verdict: VerdictKind.Forwarded))));
    }

    [Fact]
    public void A_follower_gets_the_past_once_and_then_what_comes()
    {
        var log = new FlowLog(8);
        log.Add(Record(Verdicts.Dropped(1)));

        (IReadOnlyList<FlowRecord> last, FlowFollower follower) = log.Follow(10, FlowFilter.Everything);
        log.Add(Record(Verdicts.Dropped(2)));

        Assert.Equal([1], Ports(last));
        Assert.True(follower.Flows.TryRead(out FlowRecord? next));
        Assert.Equal(2, next.Event.DestinationPort);
        Assert.False(follower.Flows.TryRead(out _));
        follower.Dispose();
    }

    [Fact]
    public void A_slow_follower_loses_and_is_told_how_many_and_the_others_lose_nothing()
    {
        var log = new FlowLog(8);
        using FlowFollower slow = log.Follow(0, FlowFilter.Everything).Follower;
        using FlowFollower quick = log.Follow(0, FlowFilter.Everything).Follower;
        int read = 0;
        for (int i = 0; i < 1500; i++)
        {
            log.Add(Record(Verdicts.Dropped(80)));
            while (quick.Flows.TryRead(out _))
                read++;
        }

        Assert.Equal((1500, 0), (read, quick.TakeLost()));
        Assert.Equal(1500 - 1024, slow.TakeLost());
        Assert.Equal(0, slow.TakeLost());
    }

    [Fact]
    public async Task Closing_ends_followers_and_those_who_come_later()
    {
        var log = new FlowLog(8);
        using FlowFollower early = log.Follow(0, FlowFilter.Everything).Follower;
        log.Close();
        using FlowFollower late = log.Follow(0, FlowFilter.Everything).Follower;

        Assert.False(await early.Flows.WaitToReadAsync(TestContext.Current.CancellationToken));
        Assert.False(await late.Flows.WaitToReadAsync(TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData("web", null, true)]
    [InlineData("db", null, false)]
    [InlineData(null, "db", true)]
    [InlineData("10.101.0.2", "10.101.0.3", true)]
    [InlineData("10.101.0.3", null, false)]
    [InlineData("app=web", null, true)]
    [InlineData("container:app=web", null, true)]
    [InlineData("app=we", null, false)]
    [InlineData(null, "257", true)]
    [InlineData("257", null, false)]
    public void From_and_to_are_names_addresses_labels_or_identities(string? from, string? to, bool matches) =>
        Assert.Equal(matches, new FlowFilter(From: from, To: to).Matches(Record(Verdicts.Dropped(5432))));

    [Theory]
    [InlineData(5432, 6, true)]
    [InlineData(40000, 6, true)]
    [InlineData(5433, 6, false)]
    [InlineData(5432, 17, false)]
    public void Port_is_of_either_side_and_protocol_must_be_the_same(int port, byte protocol, bool matches) =>
        Assert.Equal(matches, new FlowFilter(Port: (ushort)port, Protocol: protocol).Matches(Record(Verdicts.Dropped(5432))));

    private static FlowRecord Record(VerdictEvent verdict) => new(
        1, verdict,
        new FlowPeer(verdict.Source, verdict.SourcePort, 256, 1, "web", LabelSet.Parse("app=web")),
        new FlowPeer(verdict.Destination, verdict.DestinationPort, 257, 2, "db", LabelSet.Parse("app=db")),
        "policy denied egress", "default-deny");

    private static IEnumerable<int> Ports(IEnumerable<FlowRecord> flows) => flows.Select(flow => (int)flow.Event.DestinationPort);
}
