namespace Ciliate.Cli;

/// <summary>All that a command sees of the process around it, so that tests can be that process.</summary>
internal sealed class Terminal
{
    private const int NarrowestTable = 40;

    /// <summary>Data. Buffered: whoever shows something live flushes it.</summary>
    public required TextWriter Out { get; init; }

    /// <summary>Messages.</summary>
    public required TextWriter Error { get; init; }

    public required Func<Stream> OpenInput { get; init; }

    /// <summary>Relative paths start here.</summary>
    public required string CurrentDirectory { get; init; }

    public required Func<string, string?> Variable { get; init; }

    /// <summary>Columns of the terminal that <see cref="Out"/> is; null when it is none, and then nothing is wrapped or coloured.
    /// Asked late, because the runtime reads the terminal's description for it.</summary>
    public Func<int?> FindWidth { get; init; } = static () => null;

    public int? Width => FindWidth();

    /// <summary>See https://no-color.org.</summary>
    public bool Colours => Width is not null && string.IsNullOrEmpty(Variable("NO_COLOR")) && Variable("TERM") is not (null or "dumb");

    public string FullPath(string path) => Path.GetFullPath(path, CurrentDirectory);

    public void Message(string text) => Error.WriteLine(text);

    public static Terminal OfProcess() => new()
    {
        Out = StandardOutput.Open(),
        Error = Console.Error,
        OpenInput = Console.OpenStandardInput,
        CurrentDirectory = Environment.CurrentDirectory,
        Variable = Environment.GetEnvironmentVariable,
        FindWidth = static () => Console.IsOutputRedirected ? null : Math.Max(Console.WindowWidth, NarrowestTable),
    };
}
