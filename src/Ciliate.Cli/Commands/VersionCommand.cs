using System.CommandLine;
using System.CommandLine.Invocation;
using System.Text.Json.Serialization;

namespace Ciliate.Cli.Commands;

internal static class VersionCommand
{
    public static Command Build(Terminal terminal)
    {
        var command = new CliCommand("version", "Print the version of this command; status tells the agent's", "ciliate version -o json");
        command.Does(terminal, static (_, output) =>
        {
            if (output.Format == OutputFormat.Table)
                output.Terminal.Out.WriteLine(VersionAction.Line);
            else
                output.WriteData(new VersionResource(VersionAction.Version), VersionJson.Default.VersionResource);
        });
        return command;
    }
}

/// <summary>What <c>--version</c> does.</summary>
internal sealed class VersionAction(Terminal terminal) : SynchronousCommandLineAction
{
    public static string Version { get; } = typeof(VersionAction).Assembly.GetName().Version!.ToString(3);

    public static string Line => $"ciliate {Version}";

    public override bool ClearsParseErrors => true;

    public override int Invoke(ParseResult parseResult)
    {
        terminal.Out.WriteLine(Line);
        return ExitCode.Ok;
    }
}

internal sealed record VersionResource(string Version);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.KebabCaseLower)]
[JsonSerializable(typeof(VersionResource))]
internal sealed partial class VersionJson : JsonSerializerContext;
