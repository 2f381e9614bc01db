namespace Ciliate.Cli;

/// <summary>All that a command sees of the process around it, so that tests can be that process.</summary>
internal sealed class Terminal
{
    /// <summary>Data. Buffered: whoever shows something live flushes it.</summary>
    public required TextWriter Out { get; init; }

    /// <summary>Messages.</summary>
    public required TextWriter Error { get; init; }

    public required Func<Stream> OpenInput { get; init; }

    /// <summary>Relative paths start here.</summary>
    public required string CurrentDirectory { get; init; }

    public required Func<string, string?> Variable { get; init; }

    /// <summary>The agent's executable, for what is done without a running agent; null where there is none.</summary>
    public string? AgentPath { get; init; }

    /// <summary>Whether <see cref="Out"/> is one that people look at; otherwise nothing is coloured.</summary>
    public bool IsTerminal { get; init; }

    /// <summary>Whether <see cref="Error"/> is one.</summary>
    public bool IsErrorTerminal { get; init; }

    /// <summary>How long people wait without being told for what.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>See https://no-color.org.</summary>
    public bool Colours => IsTerminal && string.IsNullOrEmpty(Variable("NO_COLOR")) && Variable("TERM") is not (null or "dumb");

    public string FullPath(string path) => Path.GetFullPath(path, CurrentDirectory);

    public void Message(string text) => Error.WriteLine(text);

    public static Terminal OfProcess() => new()
    {
        Out = StandardOutput.Open(),
        Error = Console.Error,
        OpenInput = Console.OpenStandardInput,
        CurrentDirectory = Environment.CurrentDirectory,
        Variable = Environment.GetEnvironmentVariable,
        AgentPath = AgentExecutable.Find(),
        IsTerminal = !Console.IsOutputRedirected,
        IsErrorTerminal = !Console.IsErrorRedirected,
    };
}
