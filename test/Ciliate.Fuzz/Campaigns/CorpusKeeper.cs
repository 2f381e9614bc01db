using System.Diagnostics;
using System.Security.Cryptography;
using Ciliate.Fuzz.Execution;
using Ciliate.Fuzz.Targets;

namespace Ciliate.Fuzz.Campaigns;

/// <summary>Takes over from the last run what reaches more than the kept corpus does.</summary>
internal static class CorpusKeeper
{
    public static bool Run(IFuzzTarget target)
    {
        var place = new Workplace(target);
        if (!Directory.Exists(place.Queue))
            throw new CampaignException($"there is no run to keep from: make fuzz TARGET={target.Name} first");
        string[] added = Search(target, place);
        foreach (string file in added)
        {
            byte[] content = File.ReadAllBytes(file);
            File.WriteAllBytes(Path.Combine(place.Corpus, $"reached-{Convert.ToHexStringLower(SHA256.HashData(content))[..12]}"), content);
        }

        Console.WriteLine($"{target.Name}: {added.Length} inputs more, {place.CorpusFiles.Length} now");
        return true;
    }

    private static string[] Search(IFuzzTarget target, Workplace place)
    {
        string program = Path.Combine(place.Instrumented, Path.GetFileName(Isolation.Self));
        ProcessStartInfo info = Isolation.Command("dotnet", program, Inside.CoverVerb, target.Name, place.Corpus, place.Queue);
        info.RedirectStandardOutput = true;
        using var process = Process.Start(info)!;
        string[] files = process.StandardOutput.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        process.WaitForExit();
        return process.ExitCode == 0 ? files : throw new CampaignException($"the search for what to keep ended with code {process.ExitCode}");
    }
}
