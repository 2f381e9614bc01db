using System.CommandLine;
using Ciliate.Api;

namespace Ciliate.Cli.Commands;

internal static class ConfigCommands
{
    public static Command Build(Terminal terminal) =>
        new CliCommand("config", "Look at the agent's options", "ciliate config show") { Show(terminal) };

    private static CliCommand Show(Terminal terminal)
    {
        var offline = new Option<bool>("--offline")
        {
            Description = "Ask no agent: show what one that is started here, with this file and environment, would run with",
        };
        var agent = new AgentOptions();
        var command = new CliCommand("show", "Show each option with its value and where that comes from", "ciliate config show -o yaml") { offline };
        agent.AddTo(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            (int exitCode, IReadOnlyList<ConfigurationEntry>? entries) = parsed.GetValue(offline)
                ? await AgentExecutable.RunAsync(
                    terminal, ["config", .. agent.ArgumentsOf(parsed, terminal)], ReportJson.Default.IReadOnlyListConfigurationEntry, cancellationToken)
                    .ConfigureAwait(false)
                : (ExitCode.Ok, await FromAgentAsync(parsed, terminal, agent, cancellationToken).ConfigureAwait(false));
            if (entries is not null)
                Output.For(parsed, terminal).Write(entries, ApiJson.Default.IReadOnlyListConfigurationEntry, View);
            return exitCode;
        });
        return command;
    }

    private static Task<IReadOnlyList<ConfigurationEntry>> FromAgentAsync(
        ParseResult parsed, Terminal terminal, AgentOptions agent, CancellationToken cancellationToken)
    {
        string socket = GlobalOptions.SocketOf(parsed, terminal);
        if (agent.ArgumentsOf(parsed, terminal).FirstOrDefault(argument => !argument.StartsWith("--socket", StringComparison.Ordinal)) is { } given)
            throw new CommandException($"{given.Split('=')[0]} is for --offline: a running agent has its own");
        return new AgentClient(socket).GetConfigurationAsync(cancellationToken);
    }

    private static TableView View(IReadOnlyList<ConfigurationEntry> entries) =>
        TableView.Of(["OPTION", "VALUE", "SOURCE"], entries, entry =>
        [
            entry.Name,
            entry.Value,
            new Cell(entry.Source, entry.Source == "default" ? CellStyle.Muted : CellStyle.Plain),
        ]);
}
