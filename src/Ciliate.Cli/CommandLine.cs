using System.CommandLine;
using System.CommandLine.Invocation;
using Ciliate.Api;

namespace Ciliate.Cli;

/// <summary>From arguments to an exit code: parse, run, and turn whatever goes wrong into one line.</summary>
internal static class CommandLine
{
    private static readonly ParserConfiguration Parser = new() { ResponseFileTokenReplacer = null };

    /// <param name="cancellationToken">Ends <c>observe --follow</c> as SIGINT does.</param>
    public static async Task<int> RunAsync(string[] arguments, Terminal terminal, CancellationToken cancellationToken)
    {
        ParseResult parsed = CommandTree.Build(terminal).Parse(arguments, Parser);
        try
        {
            if (parsed.Action is ParseErrorAction)
                return RefuseUsage(parsed, terminal);
            var invocation = new InvocationConfiguration
            {
                Output = terminal.Out,
                Error = terminal.Error,
                EnableDefaultExceptionHandler = false,
                ProcessTerminationTimeout = null,
            };
            int exitCode = await parsed.InvokeAsync(invocation, cancellationToken).ConfigureAwait(false);
            await terminal.Out.FlushAsync(cancellationToken).ConfigureAwait(false);
            return exitCode;
        }
        catch (IOException e) when (StandardOutput.IsReaderGone(e))
        {
            return ExitCode.Ok;
        }
        catch (IOException e)
        {
            return Fail(terminal, $"cannot write the output: {e.Message}");
        }
        catch (Exception e) when (e is ApiException or CommandException)
        {
            return Fail(terminal, e.Message);
        }
    }

    private static int Fail(Terminal terminal, string message)
    {
        terminal.Message($"ciliate: {OneLine.Of(message)}");
        return ExitCode.Failed;
    }

    private static int RefuseUsage(ParseResult parsed, Terminal terminal)
    {
        terminal.Message($"ciliate: {UsageError.Of(parsed)}");
        terminal.Message($"see: {CommandTree.PathOf(parsed.CommandResult.Command)} --help");
        return ExitCode.Usage;
    }
}
