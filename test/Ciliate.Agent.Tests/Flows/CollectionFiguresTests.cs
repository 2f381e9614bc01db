using Ciliate.Agent.Flows;
using Ciliate.Datapath;
using Xunit;

namespace Ciliate.Agent.Tests.Flows;

public sealed class CollectionFiguresTests
{
    [Fact]
    public void The_last_round_is_told_with_the_longest_step_and_the_sums_of_all()
    {
        var figures = new CollectionFigures();
        Assert.Null(figures.Latest);

        foreach (int step in new[] { 200, 900, 300 })
            figures.Add(new CollectionRound(Scanned: step + 1, Removed: step, TimeSpan.FromMicroseconds(step)));

        var expected = new CollectionRound(301, 300, TimeSpan.FromMicroseconds(300));
        Assert.Equal(new CollectionFigures.Seen(expected, TimeSpan.FromMicroseconds(900), Rounds: 3, Removed: 1400), figures.Latest);
    }
}
