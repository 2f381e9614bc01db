namespace Ciliate.Policy.Tests.Documentation;

/// <summary>The examples and tables of docs/policy.md.</summary>
internal static class PolicyDocument
{
    private static readonly string[] Lines = File.ReadAllLines(Path.Combine(AppContext.BaseDirectory, "policy.md"));

    /// <summary>Each row of a table of verdicts with the YAML block before it.</summary>
    public static IEnumerable<(string Yaml, string[] Cells)> VerdictRows()
    {
        string yaml = "";
        for (int i = 0; i < Lines.Length; i++)
        {
            if (Lines[i] == "```yaml")
            {
                int end = Array.IndexOf(Lines, "```", i);
                yaml = string.Join('\n', Lines[(i + 1)..end]);
                i = end;
            }
            else if (Lines[i].StartsWith("| endpoint | direction |", StringComparison.Ordinal))
            {
                foreach (string[] cells in Rows(i))
                    yield return (yaml, cells);
            }
        }
    }

    /// <summary>The rows of the table whose header starts with <paramref name="header"/>, without backticks.</summary>
    public static IEnumerable<string[]> Table(string header) =>
        Rows(Array.FindIndex(Lines, line => line.StartsWith(header, StringComparison.Ordinal)));

    private static IEnumerable<string[]> Rows(int header)
    {
        for (int i = header + 2; Lines[i].StartsWith('|'); i++)
            yield return [.. Lines[i].Trim('|').Split('|').Select(cell => cell.Trim().Replace("`", "", StringComparison.Ordinal))];
    }
}
