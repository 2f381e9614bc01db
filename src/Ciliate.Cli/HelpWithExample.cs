using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace Ciliate.Cli;

/// <summary>The usual help, followed by the command's example.</summary>
internal sealed class HelpWithExample(HelpAction help) : SynchronousCommandLineAction
{
    public override bool ClearsParseErrors => true;

    public override int Invoke(ParseResult parseResult)
    {
        int exitCode = help.Invoke(parseResult);
        if (parseResult.CommandResult.Command is CliCommand { Example: var example })
            parseResult.InvocationConfiguration.Output.WriteLine($"Example:\n  {example}\n");
        return exitCode;
    }
}
