namespace Ciliate.Cli;

internal static class OneLine
{
    /// <summary>Text from elsewhere that can neither break the line nor steer the terminal.</summary>
    public static string Of(string text) =>
        text.Any(char.IsControl) ? string.Concat(text.Select(character => char.IsControl(character) ? ' ' : character)) : text;
}
