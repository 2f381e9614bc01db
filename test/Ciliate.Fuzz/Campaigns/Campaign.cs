using System.Security.Cryptography;
using Ciliate.Fuzz.Execution;
using Ciliate.Fuzz.Targets;

namespace Ciliate.Fuzz.Campaigns;

/// <summary>Searches for a while, guided by coverage, from the kept corpus on. What is found is tried again by itself, made small, and written into
/// the corpus.</summary>
internal sealed class Campaign(IFuzzTarget target, int seconds, int seed)
{
    private const int MostFindingsTold = 10;

    private readonly Workplace _place = new(target);

    /// <returns>Whether nothing was found.</returns>
    /// <exception cref="CampaignException">The search did not run, or saw no branches.</exception>
    public bool Run()
    {
        if (Directory.Exists(_place.Work))
            Directory.Delete(_place.Work, recursive: true);
        string program = Instrumentation.Copy(target, _place.Instrumented);
        Console.WriteLine($"{target.Name}: {seconds} s from {_place.CorpusFiles.Length} inputs, seed {seed}");
        int code = new AflFuzz(target, _place).Run(program, seconds, seed);
        AflStatistics? statistics = AflStatistics.Read(_place.Statistics);
        bool found = TellFindings(code);
        if (!found && (code != 0 || statistics is null))
            throw new CampaignException($"afl-fuzz ended with code {code}, and no input explains it: see {_place.FuzzerLog}");
        if (statistics is { Edges: 0 })
            throw new CampaignException($"{target.Name}: no branch was seen in {statistics.Runs} runs: is anything instrumented?");
        Console.WriteLine($"{target.Name}: {statistics}, {(found ? "with findings" : "no finding")}");
        return !found;
    }

    private bool TellFindings(int code)
    {
        string[] suspects = [.. Saved("crashes"), .. Saved("hangs"), .. code == 0 ? [] : Files(".cur_input")];
        string[] kept = [.. suspects.Take(MostFindingsTold).Select(Confirmed).OfType<string>().Distinct()];
        foreach (string file in kept)
            Console.WriteLine($"{target.Name}: FINDING, kept in {file}; repeat it: {Repetition.CommandLine(target, file)}");
        // What was thrown counts even where the input does not show it again.
        if (kept.Length == 0 && File.Exists(_place.Findings))
            Console.WriteLine($"{target.Name}: FINDING that its input alone does not repeat:\n{File.ReadAllText(_place.Findings)}");
        return kept.Length > 0 || File.Exists(_place.Findings);
    }

    private IEnumerable<string> Saved(string folder) => Files(Path.Combine(folder, "id:*"));

    private IEnumerable<string> Files(string pattern)
    {
        string folder = Path.Combine(_place.Output, "default", Path.GetDirectoryName(pattern)!);
        return Directory.Exists(folder) ? Directory.EnumerateFiles(folder, Path.GetFileName(pattern)).Order(StringComparer.Ordinal) : [];
    }

    /// <summary>The file in the corpus; null where the input alone shows nothing, as one that only waited for a busy machine.</summary>
    private string? Confirmed(string suspect)
    {
        if (!IsFinding(suspect))
            return null;
        string small = Path.Combine(_place.Work, "small");
        File.Copy(suspect, small, overwrite: true);
        // An input that ends the process cannot be made small inside it, and stays as it is.
        if (!TryRun(Inside.ShrinkVerb, target.Name, suspect, small))
            File.Copy(suspect, small, overwrite: true);
        byte[] content = File.ReadAllBytes(small);
        string file = Path.Combine(_place.Corpus, $"found-{Convert.ToHexStringLower(SHA256.HashData(content))[..12]}");
        File.WriteAllBytes(file, content);
        return file;
    }

    private bool IsFinding(string file) => !TryRun([.. Repetition.Arguments(target, [file])]);

    private static bool TryRun(params IReadOnlyList<string> arguments)
    {
        try
        {
            return Isolation.Relaunch(arguments);
        }
        catch (CampaignException)
        {
            return false;
        }
    }
}
