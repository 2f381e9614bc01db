using System.Text.Json;
using System.Text.RegularExpressions;

namespace Ciliate.Cli.Tests;

internal static partial class Repository
{
    public static string Read(string path) => File.ReadAllText(Path.Combine(Root(), path));

    /// <summary>The example of a type in the API reference, as JSON text.</summary>
    public static string Example(string name) => Examples()[name];

    public static IReadOnlyDictionary<string, string> Examples() =>
        ExamplePattern().Matches(Read("docs/api.md")).ToDictionary(match => match.Groups["name"].Value, match => match.Groups["json"].Value.Trim());

    /// <summary>A list of the example alone.</summary>
    public static string ListOf(string name) => $"[{Example(name)}]";

    public static string Compact(string json)
    {
        using var document = JsonDocument.Parse(json);
        return JsonText.Write(document.RootElement, indented: false);
    }

    private static string Root()
    {
        string directory = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(directory, "Ciliate.slnx")))
            directory = Path.GetDirectoryName(directory) ?? throw new DirectoryNotFoundException("Ciliate.slnx is in no directory above the tests");
        return directory;
    }

    [GeneratedRegex(@"<!-- example: (?<name>\S+) -->\s*```json\n(?<json>.*?)```", RegexOptions.Singleline)]
    private static partial Regex ExamplePattern();
}
