using System.CommandLine;
using Ciliate.Api;

namespace Ciliate.Cli;

/// <summary>Options that every command has.</summary>
internal static class GlobalOptions
{
    public const string SocketVariable = "CILIATE_SOCKET";

    private const string SocketName = "--socket";
    private const string OutputName = "--output";

    public static void AddTo(RootCommand root)
    {
        root.Add(new Option<string?>(SocketName)
        {
            Description = $"The agent's socket (default: ${SocketVariable}, then {AgentClient.DefaultSocketPath})",
            HelpName = "PATH",
            Recursive = true,
        });
        root.Add(new Option<string?>(OutputName, "-o")
        {
            Description = "How data is written: table, json or yaml (default: table)",
            HelpName = "FORMAT",
            Recursive = true,
        }.AcceptingOnly(OutputFormats.Names));
    }

    public static string SocketOf(ParseResult parsed, Terminal terminal)
    {
        string? path = parsed.GetValue<string?>(SocketName);
        if (string.IsNullOrEmpty(path))
            path = terminal.Variable(SocketVariable);
        return string.IsNullOrEmpty(path) ? AgentClient.DefaultSocketPath : terminal.FullPath(path);
    }

    /// <summary>The socket of the command line, without the places that follow; null when it names none.</summary>
    public static string? GivenSocketOf(ParseResult parsed, Terminal terminal) =>
        parsed.GetValue<string?>(SocketName) is { Length: > 0 } path ? terminal.FullPath(path) : null;

    public static OutputFormat FormatOf(ParseResult parsed) => OutputFormats.Parse(parsed.GetValue<string?>(OutputName));
}
