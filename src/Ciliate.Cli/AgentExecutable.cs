using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Ciliate.Cli;

/// <summary><c>ciliated</c> as a command of its own, for what needs no running agent: it knows the agent's options and what an agent leaves.
/// This command neither knows nor loads any of that.</summary>
internal static class AgentExecutable
{
    private const string Name = "ciliated";

    /// <summary>Beside this executable, otherwise in PATH; null where there is none.</summary>
    public static string? Find() =>
        new[] { Path.GetDirectoryName(Environment.ProcessPath) ?? "" }
            .Concat((Environment.GetEnvironmentVariable("PATH") ?? "").Split(':'))
            .Where(directory => directory.Length > 0)
            .Select(directory => Path.Combine(directory, Name))
            .FirstOrDefault(File.Exists);

    /// <summary>Runs it with our standard input and error, so that it can ask and tell; its answer is JSON.</summary>
    /// <returns>Its exit code, and its answer where that is 0.</returns>
    public static async Task<(int ExitCode, T? Answer)> RunAsync<T>(
        Terminal terminal, IEnumerable<string> arguments, JsonTypeInfo<T> type, CancellationToken cancellationToken)
        where T : class
    {
        string path = terminal.AgentPath
            ?? throw new CommandException($"{Name} is neither beside this command nor in PATH, and this needs it; install it or run it where it is");
        var start = new ProcessStartInfo(path, [.. arguments, "--output", "json"]) { RedirectStandardOutput = true };
        try
        {
            using Process process = Process.Start(start)!;
            string answer = await process.StandardOutput.ReadToEndAsync(cancellationToken).ConfigureAwait(false);
            await process.WaitForExitAsync(cancellationToken).ConfigureAwait(false);
            return process.ExitCode == ExitCode.Ok
                ? (ExitCode.Ok, JsonSerializer.Deserialize(answer, type))
                : (process.ExitCode, null);
        }
        catch (Exception e) when (e is System.ComponentModel.Win32Exception or JsonException)
        {
            throw new CommandException($"cannot run {path}: {e.Message}", e);
        }
    }
}
