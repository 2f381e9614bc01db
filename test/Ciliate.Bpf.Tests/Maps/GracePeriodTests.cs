using Xunit;

namespace Ciliate.Bpf.Tests.Maps;

public sealed class GracePeriodTests
{
    [Fact]
    public async Task It_is_over_when_every_program_that_ran_has_ended()
    {
        using LoadedObject loaded = Fixture.Load("grace");
        using MappedArray<ulong> marks = loaded.Map("marks").Mapped<ulong>();
        using var grace = new GracePeriod();
        int waitedFor = 0;
        for (int i = 0; i < 5; i++)
        {
            marks.Store(0, 0, 0);
            marks.Store(1, 0, 0);
            Task<int> running = Task.Run(() => loaded.Run("take_time"), TestContext.Current.CancellationToken);
            Assert.True(SpinWait.SpinUntil(() => marks.Load(0, 0) == 1, TimeSpan.FromSeconds(10)));
            bool stillRuns = marks.Load(1, 0) == 0;

            grace.Wait();

            Assert.Equal(1ul, marks.Load(1, 0));
            Assert.Equal(0, await running);
            waitedFor += stillRuns ? 1 : 0;
        }

        Assert.True(waitedFor > 0, "the program was always over before the wait began");
    }
}
