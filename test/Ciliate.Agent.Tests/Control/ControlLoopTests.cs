using Ciliate.Agent.Control;
using Xunit;

namespace Ciliate.Agent.Tests.Control;

public sealed class ControlLoopTests
{
    [Fact]
    public async Task Work_from_many_callers_never_overlaps()
    {
        await using var loop = new ControlLoop();
        int inside = 0, most = 0, done = 0;

        await Task.WhenAll(Enumerable.Range(0, 500).Select(_ => Task.Run(() => loop.RunAsync(
            () =>
            {
                most = Math.Max(most, Interlocked.Increment(ref inside));
                done++;
                Interlocked.Decrement(ref inside);
            },
            TestContext.Current.CancellationToken))));

        Assert.Equal((1, 500), (most, done));
    }

    [Fact]
    public async Task An_error_goes_to_the_one_who_asked_and_the_loop_goes_on()
    {
        await using var loop = new ControlLoop();

        await Assert.ThrowsAsync<InvalidOperationException>(
            () => loop.RunAsync<int>(() => throw new InvalidOperationException("mine"), TestContext.Current.CancellationToken));

        Assert.Equal(7, await loop.RunAsync(() => 7, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Cancelled_work_that_has_not_begun_is_not_done()
    {
        await using var loop = new ControlLoop();
        using var entered = new ManualResetEventSlim();
        using var release = new ManualResetEventSlim();
        using var cancellation = new CancellationTokenSource();
        Task blocker = loop.RunAsync(
            () =>
            {
                entered.Set();
                release.Wait(TestContext.Current.CancellationToken);
            },
            TestContext.Current.CancellationToken);
        entered.Wait(TestContext.Current.CancellationToken);
        bool done = false;
        Task cancelled = loop.RunAsync(() => done = true, cancellation.Token);

        await cancellation.CancelAsync();
        release.Set();

        await blocker;
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cancelled);
        Assert.False(done);
    }

    [Fact]
    public void Steps_are_taken_back_last_first_and_one_that_fails_does_not_keep_the_others()
    {
        var steps = new List<string>();
        using (var undo = new Undo((step, _) => steps.Add("failed " + step)))
        {
            undo.Add("one", () => steps.Add("undo one"));
            undo.Add("two", () => throw new InvalidOperationException());
            undo.Add("three", () => steps.Add("undo three"));
        }

        Assert.Equal(["undo three", "failed two", "undo one"], steps);
    }

    [Fact]
    public void A_committed_change_is_not_taken_back()
    {
        using var undo = new Undo((_, _) => { });
        undo.Add("one", () => Assert.Fail("taken back"));

        undo.Commit();
    }
}
