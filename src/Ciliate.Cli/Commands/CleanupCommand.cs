using System.CommandLine;
using Ciliate.Api;

namespace Ciliate.Cli.Commands;

internal static class CleanupCommand
{
    public static Command Build(Terminal terminal)
    {
        var yes = new Option<bool>("--yes", "-y") { Description = "Do not ask; needed where nobody can be asked" };
        var dryRun = new Option<bool>("--dry-run") { Description = "Tell what would go, and remove nothing" };
        var agent = new AgentOptions();
        var command = new CliCommand("cleanup", "Take everything off the machine that an agent has left", "ciliate cleanup --dry-run") { yes, dryRun };
        agent.AddTo(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var arguments = new List<string> { "cleanup" };
            if (parsed.GetValue(yes))
                arguments.Add("--yes");
            if (parsed.GetValue(dryRun))
                arguments.Add("--dry-run");
            arguments.AddRange(agent.ArgumentsOf(parsed, terminal));
            (int exitCode, CleanupReport? report) = await AgentExecutable.RunAsync(
                terminal, arguments, ReportJson.Default.CleanupReport, cancellationToken).ConfigureAwait(false);
            if (report is not null)
                Output.For(parsed, terminal).Write(report, ReportJson.Default.CleanupReport, View);
            return exitCode;
        });
        return command;
    }

    private static TableView View(CleanupReport report) => TableView.Of(
        ["ACTION", "KIND", "NAME"],
        report.Removed.Select(item => (Action: report.DryRun ? "would remove" : "removed", item))
            .Concat(report.Kept.Select(item => (Action: "kept", item))),
        row => [row.Action, row.item.Kind, row.item.Name]);
}
