using System.CommandLine;

namespace Ciliate.Cli.Commands;

/// <summary>Scripts that let the shell ask the command itself (by its <c>[suggest]</c> directive), so that they never fall behind.</summary>
internal static class CompletionCommand
{
    private const string Bash = """
        _ciliate() {
            local IFS=$'\n'
            COMPREPLY=($(compgen -W "$(ciliate "[suggest:$COMP_POINT]" "$COMP_LINE" 2>/dev/null)" -- "${COMP_WORDS[COMP_CWORD]}"))
        }
        complete -o default -F _ciliate ciliate
        """;

    private const string Zsh = """
        #compdef ciliate
        _ciliate() {
            local -a words_found
            words_found=("${(@f)$(ciliate "[suggest:$CURSOR]" "$BUFFER" 2>/dev/null)}")
            compadd -a words_found || _files
        }
        compdef _ciliate ciliate
        """;

    private const string Fish = """
        function __ciliate_complete
            set --local line (commandline --current-process --cut-at-cursor | string collect)
            ciliate "[suggest:"(string length -- "$line")"]" "$line" 2>/dev/null
        end
        complete --command ciliate --arguments '(__ciliate_complete)'
        """;

    public static Command Build(Terminal terminal) =>
        new CliCommand("completion", "Print a script that completes commands in a shell", "source <(ciliate completion bash)")
        {
            For(terminal, "bash", Bash, "source <(ciliate completion bash)"),
            For(terminal, "zsh", Zsh, "source <(ciliate completion zsh)"),
            For(terminal, "fish", Fish, "ciliate completion fish | source"),
        };

    private static CliCommand For(Terminal terminal, string shell, string script, string example)
    {
        var command = new CliCommand(shell, $"For {shell}", example);
        command.Does(terminal, (_, output) => output.Terminal.Out.WriteLine(script));
        return command;
    }
}
