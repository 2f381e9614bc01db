using Ciliate.Agent.Endpoints;
using Ciliate.Agent.Health;
using Ciliate.Agent.Tests.Fakes;
using Ciliate.Datapath;
using Ciliate.Testing;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Ciliate.Agent.Tests.Endpoints;

public sealed class ProgramWorkerTests : IDisposable
{
    /// <summary>Of the real clock: the worker looks at its own several times meanwhile.</summary>
    private static readonly TimeSpan s_while = ProgramWorker.Quiet * 3;

    private readonly TestAgent _agent = new();
    private readonly Clock _clock = new();
    private readonly HealthBoard _board;
    private readonly ProgramWorker _worker;
    private int _attempts;

    public ProgramWorkerTests()
    {
        _board = new HealthBoard(_clock);
        _worker = new ProgramWorker(_agent.Datapath, _agent.Services.Endpoints.Endpoints, _board, _agent.Services.Metrics, _clock, NullLogger.Instance);
    }

    public void Dispose() => _agent.Dispose();

    [Fact]
    public void An_endpoint_that_comes_is_to_be_settled_and_one_that_goes_is_forgotten()
    {
        _agent.Add("web");
        Assert.DoesNotContain("settle 1", _agent.Datapath.Calls);
        Assert.Equal(1, _agent.Services.Programs.Waiting);

        _agent.Services.Programs.WorkOff();
        Assert.Equal("settle 1", _agent.Datapath.Calls[^1]);
        Assert.Equal(0, _agent.Services.Programs.Waiting);

        _agent.Restart();
        Assert.Equal(1, _agent.Services.Programs.Waiting);
        SettlingFails();
        _agent.Services.Programs.WorkOff();
        Assert.Contains("endpoint 'web' is guarded by its first programs", Assert.Single(_agent.Services.Health.Problems).Message, StringComparison.Ordinal);
        _agent.Services.Endpoints.Delete(_agent.Services.Endpoints.Endpoints.Find(1)!);
        _agent.Services.Programs.WorkOff();
        Assert.Empty(_agent.Services.Health.Problems);
        Assert.Equal(0, _agent.Services.Programs.Waiting);
    }

    [Fact]
    public void Programs_that_are_refused_are_told_once_and_counted_and_not_tried_again()
    {
        _agent.Add("web");
        _agent.Datapath.Settled = new SettledPrograms(TailoringState.Refused, "program from_container: too many instructions", []);
        _agent.Services.Programs.WorkOff();

        Assert.Equal(
            "endpoint 'web' keeps the programs that all endpoints share: program from_container: too many instructions",
            Assert.Single(_agent.Services.Health.Problems).Message);
        Assert.Equal(0, _agent.Services.Programs.Waiting);
        Assert.Equal((0, 1), (_agent.Services.Metrics.TailoredPrograms.Value, _agent.Services.Metrics.RefusedPrograms.Value));

        _agent.Datapath.Settled = new SettledPrograms(
            TailoringState.Tailored, null, [new("from_container", TimeSpan.FromMilliseconds(20), TimeSpan.FromMilliseconds(30))]);
        _agent.Services.Programs.Ask(1);
        _agent.Services.Programs.WorkOff();
        Assert.Empty(_agent.Services.Health.Problems);
        Assert.Equal((1, 1), (_agent.Services.Metrics.TailoredPrograms.Value, _agent.Services.Metrics.RefusedPrograms.Value));
        Assert.Equal(0.05, _agent.Services.Metrics.TailoringTime.Sum, 6);
    }

    [Fact]
    public Task While_endpoints_come_nothing_is_done_and_then_each_once() => WhileRunning(async () =>
    {
        foreach (ushort id in new ushort[] { 1, 2, 1 })
            _worker.Ask(id);
        _clock.Advance(ProgramWorker.Quiet * 0.9);
        _worker.Ask(3);
        _clock.Advance(ProgramWorker.Quiet * 0.9);
        await Task.Delay(s_while, TestContext.Current.CancellationToken);
        Assert.Equal(3, _worker.Waiting);

        _clock.Advance(ProgramWorker.Quiet * 0.2);
        Eventually.Holds(() => _worker.Waiting == 0, "all are settled");
        Assert.Equal(["settle 1", "settle 2", "settle 3"], _agent.Datapath.Calls.Where(call => call.StartsWith("settle", StringComparison.Ordinal)).Order());
    });

    [Fact]
    public Task What_fails_is_told_and_is_tried_again_after_longer_and_longer() => WhileRunning(async () =>
    {
        ushort id = _agent.Add("web").Id;
        SettlingFails();
        _worker.Ask(id);
        _clock.Advance(ProgramWorker.Quiet);
        for (int attempt = 1; attempt <= 3; attempt++)
        {
            Eventually.Holds(() => Volatile.Read(ref _attempts) == attempt && _board.Problems.Count == 1, $"attempt {attempt} fails");
            _clock.Advance(TimeSpan.FromSeconds((1 << (attempt - 1)) - 0.1));
            await Task.Delay(s_while, TestContext.Current.CancellationToken);
            Assert.Equal(attempt, Volatile.Read(ref _attempts));
            if (attempt == 3)
                _agent.Datapath.Fail = null;
            _clock.Advance(TimeSpan.FromSeconds(0.2));
        }

        Eventually.Holds(() => _worker.Waiting == 0, "it is settled");
        Assert.Empty(_board.Problems);
    });

    private void SettlingFails() => _agent.Datapath.Fail = call =>
    {
        if (!call.StartsWith("settle", StringComparison.Ordinal))
            return;
        Interlocked.Increment(ref _attempts);
        throw new DatapathException("out of memory");
    };

    private async Task WhileRunning(Func<Task> test)
    {
        using var stop = new CancellationTokenSource();
        Task run = _worker.RunAsync(stop.Token);
        try
        {
            await test();
        }
        finally
        {
            await stop.CancelAsync();
            await run.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        Assert.True(run.IsCanceled, run.Exception?.Message);
    }

    /// <summary>Tells the time that it is given; timers run as ever.</summary>
    private sealed class Clock : TimeProvider
    {
        private long _now;

        public void Advance(TimeSpan by) => Interlocked.Add(ref _now, by.Ticks);

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => Interlocked.Read(ref _now);
    }
}
