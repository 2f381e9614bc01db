using System.Runtime.CompilerServices;
using Ciliate.Agent.Configuration;
using Xunit;

namespace Ciliate.Agent.Tests.Configuration;

public sealed class DocumentationTests
{
    [Fact]
    public void The_table_of_options_in_the_documentation_is_the_catalogue()
    {
        string[] rows = [.. File.ReadLines(DocumentationPath()).Where(line => line.StartsWith("| `", StringComparison.Ordinal))];

        Assert.Equal(
            AgentOptions.All.Select(option => $"| `{option.Name}` | `{option.Default}` | {option.Values} | {option.Meaning} |"),
            rows);
    }

    private static string DocumentationPath([CallerFilePath] string thisFile = "") =>
        Path.Combine(Path.GetDirectoryName(thisFile)!, "..", "..", "..", "docs", "configuration.md");
}
