namespace Ciliate.Cli.Tests;

/// <summary>What a command did, run in this process.</summary>
internal sealed record Run(int ExitCode, string Out, string Error)
{
    public static Task<Run> Async(FakeAgent agent, params string[] arguments) => Async([.. arguments, "--socket", agent.Path]);

    public static async Task<Run> Async(
        string[] arguments, string directory = "/", bool isTerminal = false, string input = "", Dictionary<string, string>? variables = null,
        CancellationTokenSource? interrupt = null, string? agentPath = null, StringWriter? errorTerminal = null)
    {
        var output = new StringWriter();
        var error = errorTerminal ?? new StringWriter();
        var terminal = new Terminal
        {
            Out = output,
            Error = error,
            OpenInput = () => new MemoryStream(System.Text.Encoding.UTF8.GetBytes(input)),
            CurrentDirectory = directory,
            Variable = name => variables?.GetValueOrDefault(name),
            IsTerminal = isTerminal,
            IsErrorTerminal = errorTerminal is not null,
            Patience = TimeSpan.FromMilliseconds(10),
            AgentPath = agentPath,
        };
        int exitCode = await CommandLine.RunAsync(arguments, terminal, interrupt?.Token ?? TestContext.Current.CancellationToken);
        return new Run(exitCode, output.ToString(), error.ToString());
    }
}
