using Ciliate.Demo.Machine;
using Ciliate.Demo.Output;

namespace Ciliate.Demo.Commands;

/// <summary>The command line client, run as a person would: inside the agent's namespace, the socket told by the environment.</summary>
internal sealed class CiliateCommand(string binary, string socket, string hostPath, Narrator narrator)
{
    private readonly Dictionary<string, string> _environment = new() { ["CILIATE_SOCKET"] = socket, ["NO_COLOR"] = "1" };

    /// <summary>Shows the command and what it prints.</summary>
    public async Task RunAsync(CancellationToken cancellation, params string[] arguments)
    {
        narrator.Command("ciliate " + string.Join(' ', arguments));
        Outcome outcome = await ExecuteAsync(arguments, cancellation);
        narrator.Quote(outcome.Output + outcome.Errors);
    }

    /// <summary>Runs a command in silence and returns what it prints.</summary>
    public async Task<string> QueryAsync(CancellationToken cancellation, params string[] arguments) =>
        (await ExecuteAsync(arguments, cancellation)).Output;

    /// <summary>Whether the command succeeds.</summary>
    public async Task<bool> SucceedsAsync(CancellationToken cancellation, params string[] arguments) =>
        (await StartAsync(arguments, cancellation)).ExitCode == 0;

    private async Task<Outcome> ExecuteAsync(string[] arguments, CancellationToken cancellation)
    {
        Outcome outcome = await StartAsync(arguments, cancellation);
        return outcome.ExitCode == 0
            ? outcome
            : throw new DemoException($"'ciliate {string.Join(' ', arguments)}' failed with exit code {outcome.ExitCode}: {outcome.Errors}");
    }

    private async Task<Outcome> StartAsync(string[] arguments, CancellationToken cancellation)
    {
        using var process = ChildProcess.Start(hostPath, binary, arguments, _environment);
        return await process.FinishAsync(cancellation);
    }
}
