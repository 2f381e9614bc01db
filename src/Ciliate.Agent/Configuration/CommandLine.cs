namespace Ciliate.Agent.Configuration;

/// <summary>The agent's flags: <c>--name value</c> or <c>--name=value</c>, the last one given wins.</summary>
public sealed record CommandLine(IReadOnlyDictionary<string, string> Values, string? ConfigurationFile, bool Help, bool Version)
{
    private const string ConfigurationFlag = "config";

    public static CommandLine Parse(IReadOnlyList<string> arguments)
    {
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        string? file = null;
        for (int i = 0; i < arguments.Count; i++)
        {
            string argument = arguments[i];
            if (argument is "--help" or "-h")
                return new CommandLine(values, file, Help: true, Version: false);
            if (argument == "--version")
                return new CommandLine(values, file, Help: false, Version: true);
            (string name, string? value) = Split(argument);
            value ??= ++i < arguments.Count
                ? arguments[i]
                : throw new ConfigurationException($"{argument} needs a value; see ciliated --help");
            if (name == ConfigurationFlag)
                file = value;
            else
                values[name] = value;
        }

        return new CommandLine(values, file, Help: false, Version: false);
    }

    private static (string Name, string? Value) Split(string argument)
    {
        if (!argument.StartsWith("--", StringComparison.Ordinal))
            throw new ConfigurationException($"unexpected argument '{argument}'; see ciliated --help");
        int equals = argument.IndexOf('=', StringComparison.Ordinal);
        string name = equals < 0 ? argument[2..] : argument[2..equals];
        if (name != ConfigurationFlag && AgentOptions.Find(name) is null)
            throw new ConfigurationException($"unknown flag --{name}; see ciliated --help");
        return (name, equals < 0 ? null : argument[(equals + 1)..]);
    }
}
