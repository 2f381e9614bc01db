namespace Ciliate.Cli;

internal enum OutputFormat
{
    Table,
    Json,
    Yaml,
}

internal static class OutputFormats
{
    public static readonly string[] Names = ["table", "json", "yaml"];

    public static OutputFormat Parse(string? name) => name is null ? OutputFormat.Table : Enum.Parse<OutputFormat>(name, ignoreCase: true);
}
