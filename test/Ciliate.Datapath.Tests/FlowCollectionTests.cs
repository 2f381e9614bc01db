using System.Diagnostics;
using Ciliate.Bpf;
using Ciliate.Datapath.Tests.Packets;
using Ciliate.Testing;
using Xunit;

namespace Ciliate.Datapath.Tests;

/// <summary>Flows that have ended are removed, and none that lives, whatever packets do at that moment.</summary>
public sealed class FlowCollectionTests
{
    private const byte Udp = 17;
    private const int Redirect = 7;
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);

    [Fact]
    public void Expired_flows_are_removed_and_counted_off_and_others_stay()
    {
        const int many = 3000; // several chunks
        using var rig = NewRig(life: 20, grace: 20).Open();
        rig.WebSends(rig.FromWeb(Family.IPv6).Tcp(40000, 80, TcpFlags.Syn)).IsRedirected();
        for (int port = 1; port <= many; port++)
            Assert.Equal(Redirect, rig.VerdictOf(port % 2 == 0 ? Rig.WebId : Rig.DbId, FrameOf(rig, port % 2 == 0, Family.IPv4, port)));

        int removed = 0;
        Eventually.Holds(() => (removed += rig.Datapath.CollectFlows(TestContext.Current.CancellationToken).Removed) >= many, "expired flows are removed", s_patience);

        Assert.Equal(many, removed);
        Assert.Equal("syn-sent", Assert.Single(rig.Datapath.DumpFlows()).State);
        FlowShareTests.CountsAreExact(rig);
    }

    [Fact]
    public void The_collection_pauses_after_each_chunk_and_tells_what_it_did()
    {
        const int many = (2 * FlowCollector.Chunk) + 100;
        using var rig = NewRig(life: 60_000, grace: 20).Open();
        for (int port = 1; port <= many; port++)
            rig.WebSends(FrameOf(rig, fromWeb: true, Family.IPv6, port)).IsRedirected();

        int pauses = 0;
        var round = rig.Datapath.CollectFlows(() => pauses++, TestContext.Current.CancellationToken);

        Assert.Equal((many, 0, many / FlowCollector.Chunk), (round.Scanned, round.Removed, pauses));
        Assert.True(round.LongestStep > TimeSpan.Zero);
    }

    [Fact]
    public void Flows_of_a_detached_endpoint_are_removed_and_no_others()
    {
        using var rig = NewRig(life: 60_000, grace: 20).Open();
        rig.WebSends(rig.FromWeb(Family.IPv4).Udp(40000, 53)).IsRedirected();
        rig.WebSends(Frame.From(Rig.Web).To(Rig.Remote).Via(Rig.Gateway).Over(Family.IPv4).Udp(40000, 53)).IsPassed();

        rig.Datapath.DetachEndpoint(Rig.DbId);

        int removed = 0;
        Eventually.Holds(() => (removed += rig.Datapath.CollectFlows(TestContext.Current.CancellationToken).Removed) >= 1, "the flow of the detached endpoint is removed", s_patience);
        Assert.Equal(1, removed);
        Assert.Equal(Rig.Remote.IPv4, Assert.Single(rig.Datapath.DumpFlows()).Destination);
        FlowShareTests.CountsAreExact(rig);
    }

    [Fact]
    public void A_number_that_is_given_out_again_brings_no_flows_with_it()
    {
        using var rig = NewRig(life: 60_000, grace: 20).Open();
        rig.DbSends(rig.FromDb(Family.IPv4).Udp(40000, 53)).IsRedirected();
        rig.Datapath.DetachEndpoint(Rig.DbId);

        rig.Register(Rig.DbId, Rig.Db);
        rig.Publish(Rig.DbId, Rig.DbIdentity, [], enforced: false);

        Eventually.Holds(() => rig.Datapath.CollectFlows(TestContext.Current.CancellationToken).Removed == 1, "the flow of the endpoint that was before is removed", s_patience);
        Assert.Empty(rig.Datapath.DumpFlows());
        FlowShareTests.CountsAreExact(rig);
    }

    /// <summary>Two containers open, answer and let go of their flows at random times around the end of a flow's life, while the table is
    /// collected without a pause. Of a flow that a packet has just opened or revived the answer must pass: the policy allows it as
    /// an answer only.</summary>
    [Fact]
    public void No_flow_is_lost_that_a_packet_revives_while_it_is_collected()
    {
        const int life = 24, grace = 8, enough = 4000;
        using var rig = NewRig(life, grace).AllowWebToDb(Udp, 0).Enforce();
        using var loader = new BpfLoader();
        using var clock = new TickClock(loader); // by which flows end; on a virtual machine it may stand still and jump
        long answered = 0;
        int removed = 0;
        var failures = new List<string>();
        using var stop = new CancellationTokenSource(s_patience);
        var senders = new[] { Family.IPv4, Family.IPv6 }.Select(family => new Thread(() => rig.Inside(() => Send(family)))).ToList();
        senders.ForEach(sender => sender.Start());
        while ((removed < enough || Interlocked.Read(ref answered) <= enough) && !stop.IsCancellationRequested)
            removed += rig.Datapath.CollectFlows(TestContext.Current.CancellationToken).Removed;
        stop.Cancel();
        senders.ForEach(sender => sender.Join());

        Assert.Empty(failures);
        Assert.True(removed >= enough, $"only {removed} flows were removed in time");
        Assert.True(Interlocked.Read(ref answered) > enough, $"only {answered} answers were in time to tell something");
        FlowShareTests.CountsAreExact(rig);
        Eventually.Holds(() => rig.Datapath.CollectFlows(TestContext.Current.CancellationToken).Removed == 0 && rig.Datapath.DumpFlows().Count == 0, "the table is empty", s_patience);
        FlowShareTests.CountsAreExact(rig);

        void Send(Family family)
        {
            const int keys = 64;
            var random = new Random(1);
            var asks = Enumerable.Range(1, keys).Select(key => rig.FromWeb(family).Udp(1000 + key, 53)).ToArray();
            var answers = Enumerable.Range(1, keys).Select(key => rig.FromDb(family).Udp(53, 1000 + key)).ToArray();
            var due = new long[keys];
            for (int key = 0; !stop.IsCancellationRequested; key = (key + 1) % keys)
            {
                long start = Stopwatch.GetTimestamp();
                if (due[key] > start)
                    continue;
                due[key] = start + (long)(random.NextDouble() * 2 * (life + grace) * Stopwatch.Frequency / 1000);
                ulong before = clock.Now();
                int asked = rig.VerdictOf(Rig.WebId, asks[key]);
                // Who removes an entry cannot be interrupted, but the CPU of a virtual machine can be taken away from it: one packet is refused then.
                for (int again = 0; asked != Redirect && again < 100; again++)
                {
                    Thread.Sleep(1);
                    before = clock.Now();
                    asked = rig.VerdictOf(Rig.WebId, asks[key]);
                }
                int answer = rig.VerdictOf(Rig.DbId, answers[key]);
                bool inTime = (clock.Now() - before) * 1000 < life / 3 * clock.TicksPerSecond;
                if (inTime)
                    Interlocked.Increment(ref answered);
                if (asked != Redirect || (inTime && answer != Redirect))
                {
                    lock (failures)
                        failures.Add($"{family} {key}: asked {asked}, answered {answer}");
                    stop.Cancel();
                }
            }
        }
    }

    private static byte[] FrameOf(Rig rig, bool fromWeb, Family family, int port) =>
        (fromWeb ? rig.FromWeb(family) : rig.FromDb(family)).Udp(port, 60000);

    /// <param name="life">Milliseconds of a UDP flow.</param>
    /// <param name="grace">Milliseconds that it stays in the table afterwards.</param>
    private static Rig NewRig(int life, int grace) => new(Rig.OptionsOf(131072, FlowTimeouts.Default with
    {
        Other = TimeSpan.FromMilliseconds(life),
        Grace = TimeSpan.FromMilliseconds(grace),
    }));
}
