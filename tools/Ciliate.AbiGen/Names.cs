namespace Ciliate.AbiGen;

/// <summary>C's snake_case to C#'s PascalCase.</summary>
internal static class Names
{
    public static string Pascal(string name) =>
        string.Concat(name.Split('_', StringSplitOptions.RemoveEmptyEntries).Select(word => char.ToUpperInvariant(word[0]) + Rest(word)));

    /// <summary>Enumerators without the words that all of them begin with; of a lone one, without the words of its enum.</summary>
    public static IReadOnlyList<string> Enumerators(string enumName, IReadOnlyList<string> names)
    {
        string[][] words = [.. names.Select(name => name.Split('_', StringSplitOptions.RemoveEmptyEntries))];
        string[] reference = names.Count == 1 ? enumName.ToUpperInvariant().Split('_') : words[0];
        int common = 0;
        while (common < reference.Length && words.All(list => common < list.Length - 1 && list[common] == reference[common]))
        {
            common++;
        }

        while (common > 0 && words.Any(list => char.IsAsciiDigit(list[common][0])))
        {
            common--;
        }

        return [.. words.Select(list => Pascal(string.Join('_', list[common..])))];
    }

    // An all-capitals word becomes lower case; a word in mixed case keeps its own.
    private static string Rest(string word) =>
        word.Any(char.IsAsciiLetterLower) ? word[1..] : word[1..].ToLowerInvariant();
}
