using System.CommandLine;

namespace Ciliate.Cli.Commands;

/// <summary>Options that say which agent is meant where none runs: those of the agent itself.</summary>
internal sealed class AgentOptions
{
    private static readonly (string Name, string Help, string Description)[] Known =
    [
        ("--config", "FILE", "The agent's configuration file (default: /etc/ciliate/config.yaml, if there is one)"),
        ("--state-dir", "PATH", "The agent's state directory"),
        ("--bpf-root", "PATH", "The agent's directory on a BPF file system"),
    ];

    private readonly Option<string?>[] _options =
        [.. Known.Select(known => new Option<string?>(known.Name) { HelpName = known.Help, Description = known.Description })];

    public void AddTo(Command command)
    {
        foreach (Option<string?> option in _options)
            command.Add(option);
    }

    /// <summary>As the agent's executable takes them; the socket is the one of every command.</summary>
    public IEnumerable<string> ArgumentsOf(ParseResult parsed, Terminal terminal)
    {
        foreach (Option<string?> option in _options)
        {
            if (parsed.GetValue(option) is { } path)
                yield return $"{option.Name}={terminal.FullPath(path)}";
        }

        if (GlobalOptions.GivenSocketOf(parsed, terminal) is { } socket)
            yield return $"--socket={socket}";
    }
}
