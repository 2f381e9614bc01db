using Ciliate.Testing;

namespace Ciliate.Fuzz.Tests;

/// <summary>What is kept, inputs that once showed a fault among them, shows none.</summary>
public sealed class CorpusTests
{
    [Theory]
    [InlineData("elf")]
    [InlineData("btf")]
    [InlineData("policy")]
    [InlineData("api")]
    public void The_corpus_shows_no_fault(string target)
    {
        int kept = Directory.GetFiles(Repository.PathOf("test", "Ciliate.Fuzz", "Corpus", target)).Length;

        ProcessResult replay = FuzzProcess.Run("replay", target);

        Assert.True(replay.ExitCode == 0, replay.Output + replay.Errors);
        Assert.Contains($"{target}: {kept} inputs, 0 findings", replay.Output, StringComparison.Ordinal);
    }
}
