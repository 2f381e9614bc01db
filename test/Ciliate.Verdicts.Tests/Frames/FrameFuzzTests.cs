using System.Diagnostics;
using System.Globalization;
using Ciliate.Testing;

namespace Ciliate.Verdicts.Tests.Frames;

/// <summary>No frame passes a hook that the oracle refuses. <c>CILIATE_SEED</c> repeats a run, <c>CILIATE_FUZZ_FRAMES</c> and
/// <c>CILIATE_FUZZ_SECONDS</c> say when it ends, whichever comes first.</summary>
public sealed class FrameFuzzTests(ITestOutputHelper output)
{
    private const int DefaultSeed = 20260101, DefaultFrames = 200_000, DefaultSeconds = 60;

    private static string Corpus => Path.Combine(Repository.Root, "test", "Ciliate.Verdicts.Tests", "Corpus");

    public static TheoryData<string> Kept => [.. Directory.EnumerateFiles(Corpus, "*.txt").Select(file => Path.GetFileName(file)).Order(StringComparer.Ordinal)];

    [Fact]
    public void No_frame_passes_that_the_oracle_refuses()
    {
        int seed = Setting("CILIATE_SEED", DefaultSeed);
        output.WriteLine($"CILIATE_SEED={seed}");
        var campaign = new FrameCampaign(seed);
        var clock = Stopwatch.StartNew();

        var found = campaign.Run(Setting("CILIATE_FUZZ_FRAMES", DefaultFrames), TimeSpan.FromSeconds(Setting("CILIATE_FUZZ_SECONDS", DefaultSeconds)));

        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"{campaign.Frames} frames, {campaign.Passed} passed, {campaign.Frames / clock.Elapsed.TotalSeconds:0} frames/s"));
        if (found is not null)
            output.WriteLine($"{found.Fault}, to be made small: {found.Shots[^1]}");
        if (found?.Shrunk() is { } small)
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
        var found = new FrameCampaign(DefaultSeed, Hole).Run(DefaultFrames, TimeSpan.FromSeconds(DefaultSeconds));

        Assert.NotNull(found);
        var small = found.Shrunk(Hole);
        output.WriteLine(small.ToString());
        Assert.InRange(small.Shots.Count, 1, 3);
    }

    /// <summary>What once showed a fault does not any more.</summary>
    [Theory, MemberData(nameof(Kept))]
    public void The_corpus_passes(string file) => Assert.Null(FrameCampaign.Replay(FrameCase.Parse(File.ReadAllText(Path.Combine(Corpus, file)))));

    private static Datapath.PolicyEntry Hole(Datapath.PolicyEntry entry) => entry with { Deny = false };

    private static int Setting(string name, int otherwise) =>
        Environment.GetEnvironmentVariable(name) is { Length: > 0 } text ? int.Parse(text, CultureInfo.InvariantCulture) : otherwise;
}
