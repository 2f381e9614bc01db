namespace Ciliate.Cli;

/// <summary>What a piece of text is, as far as a terminal shows it (ECMA-48 SGR).</summary>
internal enum CellStyle
{
    Plain,
    Header,
    Good,
    Bad,
    Muted,
}

internal static class Colour
{
    private const string Reset = "\e[0m";

    public static string Of(CellStyle style, string text) => style switch
    {
        CellStyle.Header => $"\e[1m{text}{Reset}",
        CellStyle.Good => $"\e[32m{text}{Reset}",
        CellStyle.Bad => $"\e[31m{text}{Reset}",
        CellStyle.Muted => $"\e[2m{text}{Reset}",
        _ => text,
    };
}
