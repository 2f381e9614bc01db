using System.CommandLine;
using System.CommandLine.Help;

namespace Ciliate.Cli.Tests.Docs;

public sealed class CliReferenceTests
{
    private static readonly Terminal Nowhere = new()
    {
        Out = TextWriter.Null,
        Error = TextWriter.Null,
        OpenInput = () => Stream.Null,
        CurrentDirectory = "/",
        Variable = _ => null,
    };

    private static readonly string[] Lines = Repository.Read("docs/cli.md").Split('\n');

    [Fact]
    public void Every_command_has_a_section_that_names_its_arguments_and_options()
    {
        var missing = new List<string>();
        foreach (Command command in All(CommandTree.Build(Nowhere)).Where(command => command.Subcommands.Count == 0))
        {
            string[] section = Section($"### {CommandTree.PathOf(command)}");
            if (section.Length == 0)
                missing.Add(CommandTree.PathOf(command));
            missing.AddRange(Words(command).Where(word => !section.Any(line => line.Contains(word, StringComparison.Ordinal)))
                .Select(word => $"{CommandTree.PathOf(command)}: {word}"));
        }

        Assert.Empty(missing);
    }

    [Fact]
    public void The_global_options_are_named_too()
    {
        string[] section = Section("## Every command");
        foreach (Option option in CommandTree.Build(Nowhere).Options)
            Assert.All(option.Aliases.Append(option.Name), name => Assert.Contains(section, line => line.Contains($"`{name}", StringComparison.Ordinal)));
    }

    [Fact]
    public void The_reference_names_no_command_that_is_not_there()
    {
        string[] paths = [.. All(CommandTree.Build(Nowhere)).Select(CommandTree.PathOf)];
        Assert.All(Lines.Where(line => line.StartsWith("### ", StringComparison.Ordinal)), line => Assert.Contains(line[4..], paths));
    }

    [Fact]
    public async Task Every_command_shows_an_example_that_the_parser_takes()
    {
        foreach (CliCommand command in All(CommandTree.Build(Nowhere)).OfType<CliCommand>())
        {
            string[] words = CommandTree.PathOf(command).Split(' ')[1..];
            Run help = await Run.Async([.. words, "--help"]);
            Assert.Equal(ExitCode.Ok, help.ExitCode);
            Assert.Contains($"Example:\n  {command.Example}\n", help.Out, StringComparison.Ordinal);
            Assert.Empty(CommandTree.Build(Nowhere).Parse(CallOf(command.Example)).Errors);
        }
    }

    /// <summary>The part of an example that calls us, without pipes and shells around it.</summary>
    private static string CallOf(string example)
    {
        string call = example[(example.IndexOf("ciliate ", StringComparison.Ordinal) + "ciliate ".Length)..];
        int end = call.IndexOfAny(['|', '>', ')']);
        return end < 0 ? call : call[..end];
    }

    private static IEnumerable<Command> All(Command command) => command.Subcommands.SelectMany(All).Prepend(command);

    private static IEnumerable<string> Words(Command command) =>
    [
        .. command.Arguments.Select(argument => argument.Name),
        .. command.Options.Where(option => option is not (HelpOption or VersionOption)).SelectMany(option => option.Aliases.Append(option.Name)).Select(name => $"`{name}"),
    ];

    private static string[] Section(string heading) =>
        [.. Lines.SkipWhile(line => line != heading).Skip(1).TakeWhile(line => !line.StartsWith("## ", StringComparison.Ordinal) && !line.StartsWith("### ", StringComparison.Ordinal))];
}
