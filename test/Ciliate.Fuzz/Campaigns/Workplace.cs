using Ciliate.Fuzz.Targets;
using Ciliate.Testing;

namespace Ciliate.Fuzz.Campaigns;

/// <summary>The folders of a target.</summary>
internal sealed class Workplace(IFuzzTarget target)
{
    /// <summary>Kept in the repository: inputs that reach different things, and what once was found.</summary>
    public string Corpus { get; } = Repository.PathOf("test", "Ciliate.Fuzz", "Corpus", target.Name);

    public string Work { get; } = Repository.PathOf("artifacts", "fuzz", target.Name);

    public string Instrumented => Path.Combine(Work, "instrumented");

    /// <summary>afl-fuzz's own.</summary>
    public string Output => Path.Combine(Work, "afl");

    public string Queue => Path.Combine(Output, "default", "queue");

    public string Statistics => Path.Combine(Output, "default", "fuzzer_stats");

    /// <summary>What was thrown during a run.</summary>
    public string Findings => Path.Combine(Work, "findings.log");

    public string FuzzerLog => Path.Combine(Work, "afl.log");

    public string? Dictionary => target.Dictionary is { } file ? Repository.PathOf("test", "Ciliate.Fuzz", "Dictionaries", file) : null;

    public string[] CorpusFiles => [.. Directory.EnumerateFiles(Corpus).Order(StringComparer.Ordinal)];
}
