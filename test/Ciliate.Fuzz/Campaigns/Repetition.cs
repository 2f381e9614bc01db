using Ciliate.Fuzz.Execution;
using Ciliate.Fuzz.Targets;
using Ciliate.Testing;

namespace Ciliate.Fuzz.Campaigns;

/// <summary>How an input is tried again.</summary>
internal static class Repetition
{
    /// <summary>Arguments of this program; without files those of the corpus.</summary>
    public static IReadOnlyList<string> Arguments(IFuzzTarget target, IReadOnlyList<string> files) =>
        ["replay", target.Name, .. (files.Count > 0 ? files.Select(Path.GetFullPath) : new Workplace(target).CorpusFiles)];

    /// <summary>As a person types it in the repository's folder.</summary>
    public static string CommandLine(IFuzzTarget target, string file) => string.Join(
        ' ', "sudo dotnet", Path.GetRelativePath(Repository.Root, Isolation.Self), "replay", target.Name, Path.GetRelativePath(Repository.Root, file));
}
