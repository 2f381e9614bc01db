using System.CommandLine;
using Ciliate.Api;

namespace Ciliate.Cli;

/// <summary>A command that shows how it is used.</summary>
internal sealed class CliCommand : Command
{
    /// <param name="description">One line.</param>
    /// <param name="example">A whole command line, shown by <c>--help</c>.</param>
    internal CliCommand(string name, string description, string example) : base(name, description) => Example = example;

    public string Example { get; }

    /// <summary>What the command does when it needs no agent.</summary>
    internal void Does(Terminal terminal, Action<ParseResult, Output> action) =>
        SetAction(parsed => action(parsed, Output.For(parsed, terminal)));

    /// <summary>What the command does with the agent.</summary>
    internal void Does(Terminal terminal, Func<ParseResult, AgentClient, Output, CancellationToken, Task> action) =>
        SetAction((parsed, cancellationToken) =>
        {
            var client = new AgentClient(GlobalOptions.SocketOf(parsed, terminal)) { Waiting = () => new Progress(terminal) };
            return action(parsed, client, Output.For(parsed, terminal), cancellationToken);
        });
}
