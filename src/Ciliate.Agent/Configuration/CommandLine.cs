namespace Ciliate.Agent.Configuration;

/// <summary>What the agent's executable is asked to do.</summary>
public enum AgentTask
{
    Run,
    Help,
    Version,

    /// <summary>Take off the machine what an agent left.</summary>
    Cleanup,

    /// <summary>Tell the options and where their values come from.</summary>
    ShowConfiguration,
}

/// <summary>The agent's arguments: a command or none, then <c>--name value</c> or <c>--name=value</c>; the last one given wins.</summary>
public sealed record CommandLine(AgentTask Task, IReadOnlyDictionary<string, string> Values)
{
    private const string ConfigurationFlag = "config", OutputFlag = "output";

    public string? ConfigurationFile { get; init; }

    /// <summary>Answers of commands as JSON instead of lines.</summary>
    public bool Json { get; init; }

    /// <summary>Cleanup asks nobody.</summary>
    public bool Yes { get; init; }

    /// <summary>Cleanup tells and does nothing.</summary>
    public bool DryRun { get; init; }

    public static CommandLine Parse(IReadOnlyList<string> arguments)
    {
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        AgentTask task = TaskOf(arguments);
        var parsed = new CommandLine(task, values);
        for (int i = task == AgentTask.Run ? 0 : 1; i < arguments.Count; i++)
        {
            string argument = arguments[i];
            if (argument is "--help" or "-h" or "--version")
                return parsed with { Task = argument == "--version" ? AgentTask.Version : AgentTask.Help };
            if (task == AgentTask.Cleanup && argument is "--yes" or "--dry-run")
            {
                parsed = argument == "--yes" ? parsed with { Yes = true } : parsed with { DryRun = true };
                continue;
            }

            (string name, string? value) = Split(argument, task);
            value ??= ++i < arguments.Count
                ? arguments[i]
                : throw new ConfigurationException($"{argument} needs a value; see ciliated --help");
            if (name == ConfigurationFlag)
                parsed = parsed with { ConfigurationFile = value };
            else if (name == OutputFlag && task != AgentTask.Run)
                parsed = parsed with { Json = IsJson(value) };
            else
                values[name] = value;
        }

        return parsed;
    }

    private static AgentTask TaskOf(IReadOnlyList<string> arguments) => arguments switch
    {
        ["cleanup", ..] => AgentTask.Cleanup,
        ["config", ..] => AgentTask.ShowConfiguration,
        _ => AgentTask.Run,
    };

    private static bool IsJson(string format) => format switch
    {
        "json" => true,
        "table" => false,
        _ => throw new ConfigurationException($"--output: '{format}' is neither table nor json"),
    };

    private static (string Name, string? Value) Split(string argument, AgentTask task)
    {
        if (!argument.StartsWith("--", StringComparison.Ordinal))
            throw new ConfigurationException($"unexpected argument '{argument}'; see ciliated --help");
        int equals = argument.IndexOf('=', StringComparison.Ordinal);
        string name = equals < 0 ? argument[2..] : argument[2..equals];
        string[] known = [ConfigurationFlag, .. AgentOptions.All.Select(option => option.Name), .. task == AgentTask.Run ? [] : new[] { OutputFlag }];
        if (!known.Contains(name))
            throw new ConfigurationException($"unknown flag --{name}{NearestName.Hint("--" + name, known.Select(one => "--" + one))}; see ciliated --help");
        return (name, equals < 0 ? null : argument[(equals + 1)..]);
    }
}
