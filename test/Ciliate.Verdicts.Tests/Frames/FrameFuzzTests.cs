using System.Diagnostics;
using System.Globalization;
using Ciliate.Datapath.Tests.Packets;
using Ciliate.Testing;

namespace Ciliate.Verdicts.Tests.Frames;

/// <summary>No frame passes a hook that the oracle refuses. <c>CILIATE_SEED</c> repeats a run, <c>CILIATE_FUZZ_FRAMES</c> and
/// <c>CILIATE_FUZZ_SECONDS</c> say when it ends, whichever comes first.</summary>
public sealed class FrameFuzzTests(ITestOutputHelper output)
{
    private const int DefaultSeed = 20260101, DefaultFrames = 200_000, DefaultSeconds = 60, TwinFrames = 100_000;

    private static string Corpus => Path.Combine(Repository.Root, "test", "Ciliate.Verdicts.Tests", "Corpus");

    private static readonly FrameSetup s_alone = new(), s_twins = new(Twins: true);

    public static TheoryData<string> Kept => [.. Directory.EnumerateFiles(Corpus, "*.txt").Select(file => Path.GetFileName(file)).Order(StringComparer.Ordinal)];

    [Fact]
    public void No_frame_passes_that_the_oracle_refuses()
    {
        int seed = Setting("CILIATE_SEED", DefaultSeed);
        output.WriteLine($"CILIATE_SEED={seed}");
        var campaign = new FrameCampaign(seed, s_alone);
        var clock = Stopwatch.StartNew();

        var found = campaign.Run(Setting("CILIATE_FUZZ_FRAMES", DefaultFrames), TimeSpan.FromSeconds(Setting("CILIATE_FUZZ_SECONDS", DefaultSeconds)));

        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"{campaign.Frames} frames, {campaign.Passed} passed, {campaign.Frames / clock.Elapsed.TotalSeconds:0} frames/s"));
        if (found is not null)
            output.WriteLine($"{found.Fault}, to be made small: {found.Shots[^1]}");
        if (found?.Shrunk(s_alone) is { } small)
        {
            string file = Path.Combine(Corpus, string.Create(CultureInfo.InvariantCulture, $"found-{small.Seed}-{small.Shots[^1].Round}.txt"));
            File.WriteAllText(file, small.ToString());
            Assert.Fail($"{small.Fault}: {file}\n{small}");
        }
        // a run in which nothing or everything passes would say little
        Assert.InRange(campaign.Passed, campaign.Frames / 20, campaign.Frames * 19 / 20);
    }

    /// <summary>The kernel's policies allow what written ones deny: the fuzzer sees it, and shows it by few frames.</summary>
    [Fact]
    public void A_hole_in_the_policies_is_found_and_made_small()
    {
        var found = new FrameCampaign(DefaultSeed, s_alone, Hole).Run(DefaultFrames, TimeSpan.FromSeconds(DefaultSeconds));

        Assert.NotNull(found);
        var small = found.Shrunk(s_alone, Hole);
        output.WriteLine(small.ToString());
        Assert.InRange(small.Shots.Count, 1, 3);
    }

    /// <summary>What once showed a fault does not any more.</summary>
    [Theory, MemberData(nameof(Kept))]
    public void The_corpus_passes(string file) => Assert.Null(FrameCampaign.Replay(Read(file), s_alone));

    /// <summary>Verdict, frame and what is told are those of the programs that all share, whatever families a container has.</summary>
    [Theory, InlineData(null), InlineData(Family.IPv4), InlineData(Family.IPv6)]
    public void A_containers_own_programs_do_the_same(Family? only)
    {
        var setup = s_twins with { Only = only };
        var campaign = new FrameCampaign(Setting("CILIATE_SEED", DefaultSeed), setup);

        var found = campaign.Run(TwinFrames, TimeSpan.FromSeconds(DefaultSeconds));

        Assert.True(found is null, found is null ? null : $"{found.Fault}\n{found.Shrunk(setup)}");
        Assert.InRange(campaign.Passed, campaign.Frames / 40, campaign.Frames * 19 / 20);
    }

    [Fact]
    public void What_a_containers_own_programs_do_otherwise_is_found()
    {
        var found = new FrameCampaign(DefaultSeed, s_twins with { TwinChange = Hole }).Run(DefaultFrames, TimeSpan.FromSeconds(DefaultSeconds));

        Assert.Contains("the container's own", found?.Fault);
    }

    [Theory, MemberData(nameof(Kept))]
    public void A_containers_own_programs_do_the_same_with_the_corpus(string file) => Assert.Null(FrameCampaign.Replay(Read(file), s_twins));

    private static FrameCase Read(string file) => FrameCase.Parse(File.ReadAllText(Path.Combine(Corpus, file)));

    private static Datapath.PolicyEntry Hole(Datapath.PolicyEntry entry) => entry with { Deny = false };

    private static int Setting(string name, int otherwise) =>
        Environment.GetEnvironmentVariable(name) is { Length: > 0 } text ? int.Parse(text, CultureInfo.InvariantCulture) : otherwise;
}
