using System.Globalization;
using Ciliate.Fuzz.Campaigns;
using Ciliate.Fuzz.Execution;
using Ciliate.Fuzz.Targets;

namespace Ciliate.Fuzz;

/// <summary>What <c>scripts/fuzz</c> and the tests call. 0: no finding, 1: a finding or a run that did not work, 2: wrong usage.</summary>
internal static class FuzzCommand
{
    private const string Usage = """
        usage: Ciliate.Fuzz fuzz TARGET SECONDS SEED        look for new findings, guided by coverage
               Ciliate.Fuzz replay TARGET [FILE ...]        try files again; without any the whole corpus
               Ciliate.Fuzz keep TARGET                     take into the corpus what the last run reached and the corpus does not
        """;

    public static int Run(string[] arguments)
    {
        try
        {
            return Dispatch(arguments) ? 0 : 1;
        }
        catch (UsageException error)
        {
            Console.Error.WriteLine(error.Message.Length > 0 ? $"fuzz: {error.Message}" : Usage);
            return 2;
        }
        catch (CampaignException error)
        {
            Console.Error.WriteLine($"fuzz: {error.Message}");
            return 1;
        }
    }

    private static bool Dispatch(string[] arguments) => arguments switch
    {
        ["fuzz", var target, var seconds, var seed] => new Campaign(FuzzTargets.Find(target), Number(seconds), Number(seed)).Run(),
        ["replay", var target, .. var files] => Isolation.IsInside
            ? Replay.Run(FuzzTargets.Find(target), files)
            : Isolation.Relaunch(Repetition.Arguments(FuzzTargets.Find(target), files)),
        ["keep", var target] => CorpusKeeper.Run(FuzzTargets.Find(target)),
        [Inside.TargetVerb, var target, var log] => Inside.Serve(FuzzTargets.Find(target), log),
        [Inside.ShrinkVerb, var target, var from, var to] => Shrinker.Run(FuzzTargets.Find(target), from, to),
        [Inside.CoverVerb, var target, var kept, var found] => CoverSearch.Run(FuzzTargets.Find(target), kept, found),
        _ => throw new UsageException(""),
    };

    private static int Number(string text) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number > 0
        ? number
        : throw new UsageException($"'{text}' is not a number above 0");
}

internal sealed class UsageException(string message) : Exception(message);
