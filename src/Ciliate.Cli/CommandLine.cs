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
            string? failure = null;
            int exitCode = ExitCode.Failed;
            try
            {
                if (parsed.Action is ParseErrorAction)
                    return RefuseUsage(parsed, terminal);
                exitCode = await parsed.InvokeAsync(InvocationOn(terminal), cancellationToken).ConfigureAwait(false);
            }
            catch (Exception e) when (e is ApiException or CommandException)
            {
                failure = e.Message;
            }

            // What was found before a failure is data all the same, and stands before the message.
            await terminal.Out.FlushAsync(CancellationToken.None).ConfigureAwait(false);
            return failure is null ? exitCode : Fail(terminal, failure);
        }
        catch (IOException e) when (StandardOutput.IsReaderGone(e))
        {
            return ExitCode.Ok;
        }
        catch (IOException e)
        {
            return Fail(terminal, $"cannot write the output: {e.Message}");
        }
    }

    private static InvocationConfiguration InvocationOn(Terminal terminal) => new()
    {
        Output = terminal.Out,
        Error = terminal.Error,
        EnableDefaultExceptionHandler = false,
        ProcessTerminationTimeout = null,
    };

    private static int Fail(Terminal terminal, string message)
    {
        terminal.Message($"ciliate: {OneLine.Of(message)}");
        return ExitCode.Failed;
    }

    private static int RefuseUsage(ParseResult parsed, Terminal terminal)
    {
        terminal.Message($"ciliate: {UsageError.Of(parsed)}; see {CommandTree.PathOf(parsed.CommandResult.Command)} --help");
        return ExitCode.Usage;
    }
}
