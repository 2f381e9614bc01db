using System.Diagnostics;
using System.Globalization;
using Ciliate.EndToEnd.Tests.OneHost;
using Ciliate.EndToEnd.Tests.Policies;
using Ciliate.EndToEnd.Tests.Probes;
using Ciliate.Testing;
using Xunit;

namespace Ciliate.EndToEnd.Tests.Restarts;

/// <summary>The agent dies at any moment, starting and changing things included, again and again. What every policy allows goes on, what none allows
/// never passes. TEST_KILLS and TEST_SEED set how often, and repeat a run.</summary>
public sealed class KillTests(ITestOutputHelper output) : IDisposable
{
    private const int EchoPort = 80, RecordPort = 9000;

    private static readonly int s_kills = Number("TEST_KILLS") ?? 100;
    private static readonly int s_seed = Number("TEST_SEED") ?? Random.Shared.Next();

    private readonly PolicyHost _fixture = new();

    public void Dispose() => _fixture.Dispose();

    [Fact]
    public void However_often_the_agent_is_killed_no_flow_stops_and_nothing_forbidden_passes()
    {
        output.WriteLine($"{s_kills} kills, TEST_SEED={s_seed}");
        (Host host, Container server, Container client, Container other) = (_fixture.Host, _fixture.Server, _fixture.Client, _fixture.Other);
        host.Apply(PolicyText.Ingress("server", "client"));
        TimeSpan start = Restart(host.Agent);
        using var records = new RecordServer(server.Network, RecordPort);
        using var four = new RecordReader(client.Network, server.IPv4, RecordPort);
        using var six = new RecordReader(client.Network, server.IPv6, RecordPort);
        using var steady = new DatagramTalk(client.Network, server.IPv4, EchoPort);
        using var fresh = new FreshDatagrams(client.Network, server.IPv6, EchoPort, waits: true);
        using var forbidden4 = new FreshDatagrams(other.Network, server.IPv4, EchoPort, waits: false);
        using var forbidden6 = new FreshDatagrams(other.Network, server.IPv6, EchoPort, waits: false);
        int applied;
        using (var churn = new Churn(host, s_seed))
        {
            KillOften(host.Agent, start, new Random(s_seed), () => Assert.Equal(
                (0, null, null, 0, 0), (steady.Lost, four.Failure, six.Failure, forbidden4.Answered, forbidden6.Answered)));
            applied = churn.Applied;
            Assert.True(applied > s_kills / 4, $"only {applied} changes were confirmed; the last that failed: {churn.Refusal}");
        }

        four.GoesOn();
        six.GoesOn();
        steady.GoesOn();
        fresh.Stop();
        Assert.Equal(0, steady.Lost);
        Assert.Equal(fresh.Asked, fresh.Answered);
        Assert.Equal(0, forbidden4.Answered + forbidden6.Answered);
        output.WriteLine($"a start took {start.TotalMilliseconds:0} ms; {applied} changes confirmed; {four.Records + six.Records} records, {steady.Answered} steady and {fresh.Answered} fresh datagrams answered; "
            + $"{forbidden4.Asked + forbidden6.Asked} forbidden ones sent");
        host.Agent.Start();
        // Killed while it deleted the container, the agent knows it still, without its interface.
        host.Ciliate.Run("endpoint", "delete", Churn.Guest);
        Assert.Equal("ok", host.Ciliate.Json("status").GetProperty("ciliate").GetProperty("state").GetString());
    }

    /// <summary>Returns how long the start took; the agent is gone again.</summary>
    private static TimeSpan Restart(Agent agent)
    {
        agent.Kill();
        long begun = Stopwatch.GetTimestamp();
        agent.Start();
        TimeSpan took = Stopwatch.GetElapsedTime(begun);
        agent.Kill();
        return took;
    }

    /// <summary>An agent lives three times as long as a start takes, at the most: so a third of them dies while it starts.</summary>
    private static void KillOften(Agent agent, TimeSpan start, Random random, Action check)
    {
        for (int i = 0; i < s_kills; i++)
        {
            using TestProcess process = agent.Launch();
            Thread.Sleep(random.NextDouble() * 3 * start);
            Assert.False(process.HasExited, $"the agent ended by itself: {process.Errors}");
            process.Kill();
            check();
        }
    }

    private static int? Number(string variable) =>
        int.TryParse(Environment.GetEnvironmentVariable(variable), NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number : null;
}
