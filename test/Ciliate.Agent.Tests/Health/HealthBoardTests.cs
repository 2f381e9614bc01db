using Ciliate.Agent.Health;
using Xunit;

namespace Ciliate.Agent.Tests.Health;

public sealed class HealthBoardTests
{
    private readonly Clock _clock = new();
    private readonly HealthBoard _board;

    public HealthBoardTests() => _board = new HealthBoard(_clock);

    [Fact]
    public void A_problem_that_goes_on_in_other_words_keeps_its_time()
    {
        _board.Report("disk", "the disk is full");
        _clock.Now += TimeSpan.FromMinutes(1);
        _board.Report("disk", "the disk is read-only");

        Assert.Equal(new Problem("the disk is read-only", Clock.Start), Assert.Single(_board.Problems));
    }

    [Fact]
    public void The_oldest_problem_comes_first_and_well_begins_when_the_last_one_ends()
    {
        _board.Report("b", "second name, first problem");
        _clock.Now += TimeSpan.FromMinutes(1);
        _board.Report("a", "first name, second problem");
        Assert.Equal(["second name, first problem", "first name, second problem"], _board.Problems.Select(problem => problem.Message));

        _clock.Now += TimeSpan.FromMinutes(1);
        _board.Report("b", null);
        Assert.Equal(Clock.Start, _board.WellSince);
        _board.Report("a", null);

        Assert.Empty(_board.Problems);
        Assert.Equal(_clock.Now, _board.WellSince);
    }

    [Fact]
    public void What_is_not_told_any_more_of_a_kind_is_well_and_other_kinds_stay()
    {
        _board.Report("task", "a task fails");
        _board.ReportAll("endpoint:", new Dictionary<string, string> { ["endpoint:1"] = "one", ["endpoint:2"] = "two" });
        _board.ReportAll("endpoint:", new Dictionary<string, string> { ["endpoint:2"] = "two" });

        Assert.Equal(["a task fails", "two"], _board.Problems.Select(problem => problem.Message).Order());
    }

    private sealed class Clock : TimeProvider
    {
        public static readonly DateTimeOffset Start = new(2026, 1, 31, 12, 0, 0, TimeSpan.Zero);

        public DateTimeOffset Now { get; set; } = Start;

        public override DateTimeOffset GetUtcNow() => Now;
    }
}
