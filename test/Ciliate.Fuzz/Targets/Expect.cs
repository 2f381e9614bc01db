namespace Ciliate.Fuzz.Targets;

/// <summary>What targets assert.</summary>
internal static class Expect
{
    /// <summary>An error is one line that names the thing first.</summary>
    public static void OneLine(Exception error, string start) => OneLine(error.Message, start);

    /// <inheritdoc cref="OneLine(Exception,string)"/>
    public static void OneLine(string message, string start)
    {
        if (!message.StartsWith(start, StringComparison.Ordinal) || message.Length <= start.Length || message.Any(char.IsControl))
            throw new FindingException($"an error that is not one line after '{start}': {message.ReplaceLineEndings("\\n")}");
    }

    public static void Equal<T>(T expected, T actual, string otherwise)
    {
        if (!EqualityComparer<T>.Default.Equals(expected, actual))
            throw new FindingException($"{otherwise}: {expected} became {actual}");
    }

    public static void True(bool holds, string otherwise)
    {
        if (!holds)
            throw new FindingException(otherwise);
    }
}
