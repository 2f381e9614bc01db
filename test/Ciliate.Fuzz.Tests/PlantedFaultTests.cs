using System.Text.RegularExpressions;
using Ciliate.Testing;

namespace Ciliate.Fuzz.Tests;

/// <summary>The search finds what chance would not: by coverage it comes nearer letter by letter.</summary>
public sealed partial class PlantedFaultTests
{
    // It takes some ten thousand runs, seconds on a machine of its own, and stops when it has it.
    private const string Seconds = "300";

    [Fact]
    public void A_planted_fault_is_found_made_small_and_can_be_repeated()
    {
        ProcessResult search = FuzzProcess.Run("fuzz", "planted", Seconds, "1");

        string file = KeptIn().Match(search.Output).Groups["file"].Value;
        Assert.True(search.ExitCode == 1 && file.Length > 0, search.Output + search.Errors);
        try
        {
            Assert.Equal("eBPF", File.ReadAllText(file));
            ProcessResult replay = FuzzProcess.Run("replay", "planted", file);
            Assert.Equal(1, replay.ExitCode);
            Assert.Contains("FINDING: System.InvalidOperationException: the planted fault", replay.Output, StringComparison.Ordinal);
        }
        finally
        {
            File.Delete(file);
        }
    }

    [GeneratedRegex(@"FINDING, kept in (?<file>\S+);")]
    private static partial Regex KeptIn();
}
