using System.Diagnostics;
using Ciliate.Datapath;
using Ciliate.Testing;

namespace Ciliate.Verdicts.Tests.Frames;

/// <summary>Frames without end at all hooks. What passes though the oracle refuses it is made small and told.</summary>
internal sealed class FrameCampaign(int seed, FrameSetup setup, Func<PolicyEntry, PolicyEntry>? change = null)
{
    private const int FramesPerRound = 2000, RoundsPerSession = 25, Remembered = 64;

    public long Frames { get; private set; }

    public long Passed { get; private set; }

    /// <summary>Null, or the shots that show a fault.</summary>
    public FrameCase? Run(long frames, TimeSpan time)
    {
        var clock = Stopwatch.StartNew();
        for (int session = 0; Frames < frames && clock.Elapsed < time; session++)
        {
            int first = session * RoundsPerSession;
            if (InNamespace(host => RunSession(host, first, frames, clock, time)) is { } found)
                return found;
        }
        return null;
    }

    /// <summary>Null, or what a replay of the case shows.</summary>
    public static string? Replay(FrameCase found, FrameSetup setup, Func<PolicyEntry, PolicyEntry>? change = null) => InNamespace(host =>
    {
        using var session = new FrameSession(host, found.Seed, setup, change);
        int? round = null;
        foreach (var shot in found.Shots)
        {
            if (shot.Round != round)
                session.Begin(shot.Round);
            round = shot.Round;
            if (session.Send(shot, out _) is { } fault)
                return fault;
        }
        return null;
    });

    private FrameCase? RunSession(TestNamespace host, int firstRound, long frames, Stopwatch clock, TimeSpan time)
    {
        using var session = new FrameSession(host, seed, setup, change);
        var history = new List<FrameShot>();
        for (int round = firstRound; round < firstRound + RoundsPerSession && Frames < frames && clock.Elapsed < time; round++)
        {
            session.Begin(round);
            if (RunRound(session, round, new Random(unchecked((seed * 7919) + round)), history) is { } fault)
                return new FrameCase(seed, fault, [.. history]);
        }
        Passed += session.Passed;
        return null;
    }

    private string? RunRound(FrameSession session, int round, Random random, List<FrameShot> history)
    {
        var generator = new FrameGenerator(random, session.Rig, new Pools(random, session.Rig.Site, session.Ports));
        var mutator = new FrameMutator(random, session.Rig);
        var passed = new List<FrameShot>(Remembered);
        for (int i = 0; i < FramesPerRound; i++)
        {
            var shot = Next(random, generator, mutator, passed) with { Round = round };
            history.Add(shot);
            Frames++;
            if (session.Send(shot, out byte[]? after) is { } fault)
                return fault;
            if (after is null)
                continue;
            Remember(random, passed, shot);
            if (!after.AsSpan(0, 6).SequenceEqual(shot.Frame.AsSpan(0, 6)))
                Remember(random, passed, shot with { Frame = after });
        }
        return null;
    }

    private static FrameShot Next(Random random, FrameGenerator generator, FrameMutator mutator, List<FrameShot> passed)
    {
        if (passed.Count == 0 || random.Chance(0.45))
            return random.Chance(0.25) ? mutator.Spoil(generator.Next()) : generator.Next();
        var known = random.Pick(passed);
        return random.Next(6) switch
        {
            0 => mutator.Spoil(known),
            1 or 2 => mutator.Answer(known),
            3 => mutator.Error(known),
            4 => mutator.Piece(known),
            _ => mutator.Spoil(mutator.Answer(known)),
        };
    }

    private static void Remember(Random random, List<FrameShot> passed, FrameShot shot)
    {
        if (passed.Count < Remembered)
            passed.Add(shot);
        else
            passed[random.Next(Remembered)] = shot;
    }

    private static T InNamespace<T>(Func<TestNamespace, T> work)
    {
        using var host = new TestNamespace("frames");
        return host.Run(() => work(host));
    }
}
