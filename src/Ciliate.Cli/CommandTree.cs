using System.CommandLine;
using System.CommandLine.Help;
using Ciliate.Cli.Commands;

namespace Ciliate.Cli;

/// <summary>Every command and option: help, completion and the check of the reference page all read this tree.</summary>
internal static class CommandTree
{
    public static RootCommand Build(Terminal terminal)
    {
        var root = new RootCommand("Ciliate connects and protects containers by eBPF; this command speaks to its agent, ciliated.")
        {
            StatusCommand.Build(terminal),
            EndpointCommands.Build(terminal),
            IdentityCommands.Build(terminal),
            PolicyCommands.Build(terminal),
            ObserveCommand.Build(terminal),
            BpfCommands.Build(terminal),
            ConfigCommands.Build(terminal),
            CleanupCommand.Build(terminal),
            VersionCommand.Build(terminal),
            CompletionCommand.Build(terminal),
        };
        GlobalOptions.AddTo(root);
        root.Options.Remove(root.Options.OfType<HelpOption>().Single());
        root.Add(new HelpOption("--help", "-h") { Description = "Show what the command does, with an example", Action = new HelpWithExample(new HelpAction()) });
        root.Options.OfType<VersionOption>().Single().Action = new VersionAction(terminal);
        return root;
    }

    /// <summary>The words one types for a command, from <c>ciliate</c> on.</summary>
    public static string PathOf(Command command)
    {
        Command? parent = command.Parents.OfType<Command>().FirstOrDefault();
        return parent is null ? "ciliate" : $"{PathOf(parent)} {command.Name}";
    }
}
