using System.Diagnostics;
using System.Text.Json;
using Ciliate.EndToEnd.Tests.OneHost;
using Ciliate.EndToEnd.Tests.Probes;
using Ciliate.Testing;
using Xunit;

namespace Ciliate.EndToEnd.Tests.FlowTable;

/// <summary>Flows end when their time is over and not before, each state with a time of its own; one that is used never ends.</summary>
public sealed class LifeTimeTests : IDisposable
{
    private const int Port = 7000;
    private const int Tcp = 14, Syn = 5, Fin = 3, Other = 8;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    /// <summary>An end may be off by a second, and what is left is told in whole seconds.</summary>
    private static readonly TimeSpan Precision = TimeSpan.FromSeconds(2);

    private readonly Host _host = new(
        "--flow-timeout-tcp", $"{Tcp}", "--flow-timeout-tcp-syn", $"{Syn}", "--flow-timeout-tcp-fin", $"{Fin}", "--flow-timeout-other", $"{Other}");

    private readonly Container _server;
    private readonly Container _silent;
    private readonly Container _client;
    private readonly EchoServer _echo;

    public LifeTimeTests()
    {
        (_server, _silent, _client) = (_host.Add("server"), _host.Add("silent"), _host.Add("client"));
        // What its stack does not take for its own it does not answer.
        TestProcess.Run(_silent.Network, "ip", "address", "flush", "dev", "eth0");
        _echo = new EchoServer(_server.Network, Port);
    }

    public void Dispose()
    {
        _echo.Dispose();
        _host.Dispose();
    }

    [Fact]
    public void Each_flow_ends_after_its_time_and_not_before_and_one_that_is_used_does_not()
    {
        Conversation[] used = [.. Enum.GetValues<Family>().Select(family => new Conversation(_client.Network, _server.Address(family), Port, Transport.Udp))];
        Idle[] idle = [.. Enum.GetValues<Family>().SelectMany(Open)];
        Assert.All(idle, flow => Assert.Equal(flow.State, Find(flow.SourcePort)?.GetProperty("state").GetString()));

        Eventually.Holds(
            () =>
            {
                Array.ForEach(idle, flow => flow.Look(Find(flow.SourcePort)));
                Assert.All(used, flow => Assert.True(flow.IsAnswered(Patience)));
                Thread.Sleep(100);
                return idle.All(flow => flow.IsGone);
            },
            "all idle flows are over and collected", Patience);

        Assert.All(idle, flow => Assert.True(
            flow.Lived >= flow.LifeTime - Precision, $"a flow that was {flow.State} with {flow.LifeTime.TotalSeconds} s to live was over after {flow.Lived.TotalSeconds:0.0} s"));
        foreach (Conversation flow in used)
        {
            Assert.NotNull(Find(flow.SourcePort));
            Assert.Single(_host.SeenFrom(flow.SourcePort, Port));
            flow.Dispose();
        }

        Array.ForEach(idle, flow => flow.Conversation.Dispose());
    }

    /// <summary>One in each state, that nobody uses any more.</summary>
    private IEnumerable<Idle> Open(Family family)
    {
        yield return Open("replied", Other, Transport.Udp, _server, family);
        yield return Open("established", Tcp, Transport.Tcp, _server, family);
        Idle closed = Open("closed", Fin, Transport.Tcp, _server, family);
        closed.Conversation.Dispose();
        Eventually.Holds(() => Find(closed.SourcePort)?.GetProperty("state").GetString() == "closed", "both sides have closed");
        yield return closed;

        var unanswered = new Conversation(_client.Network, _silent.Address(family), Port, Transport.Tcp);
        var asked = new Idle("syn-sent", TimeSpan.FromSeconds(Syn), unanswered);
        Assert.False(unanswered.IsAnswered(TimeSpan.FromMilliseconds(200)));
        unanswered.Dispose();
        yield return asked;
    }

    private Idle Open(string state, int lifeTime, Transport transport, Container to, Family family)
    {
        var conversation = new Conversation(_client.Network, to.Address(family), Port, transport);
        Assert.True(conversation.IsAnswered(Patience));
        return new Idle(state, TimeSpan.FromSeconds(lifeTime), conversation);
    }

    private JsonElement? Find(int sourcePort)
    {
        JsonElement[] found = [.. _host.Ciliate.Json("bpf", "flow", "list").EnumerateArray()
            .Where(row => row.GetProperty("source").GetProperty("port").GetInt32() == sourcePort)];
        return found.Length > 0 ? Assert.Single(found) : null;
    }

    /// <summary>A flow that nobody uses. Its age is measured from before its last packet, so that a slow machine makes it look older only.</summary>
    private sealed class Idle(string state, TimeSpan lifeTime, Conversation conversation)
    {
        private readonly long _since = Stopwatch.GetTimestamp();

        public string State => state;

        public TimeSpan LifeTime => lifeTime;

        public Conversation Conversation => conversation;

        public int SourcePort => conversation.SourcePort;

        /// <summary>Until it was first seen to be over.</summary>
        public TimeSpan Lived { get; private set; }

        public bool IsGone { get; private set; }

        public void Look(JsonElement? row)
        {
            IsGone = row is null;
            if (Lived == TimeSpan.Zero && (row is not { } present || present.GetProperty("expires-in-seconds").GetInt32() == 0))
                Lived = Stopwatch.GetElapsedTime(_since);
        }
    }
}
