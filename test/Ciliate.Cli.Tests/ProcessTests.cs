using System.Diagnostics;
using System.Net.Sockets;
using System.Text;

namespace Ciliate.Cli.Tests;

/// <summary>What only a process of its own can show: signals, pipes, and files that it shares with others.</summary>
public sealed class ProcessTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(25);
    private static readonly string Flow = Repository.Compact(Repository.Example("Flow"));
    private static readonly string Ciliate = $"dotnet '{Path.Combine(AppContext.BaseDirectory, "ciliate.dll")}'";

    [Theory]
    [InlineData("INT")]
    [InlineData("TERM")]
    public async Task An_interrupt_ends_following_with_0(string signal)
    {
        using FakeAgent agent = Endless(pause: 10);
        // exec, and not in the background: a shell has its background jobs ignore interrupts.
        using Process command = Start($"exec {Ciliate} observe --follow -o json --socket {agent.Path}");
        CancellationToken token = TestContext.Current.CancellationToken;
        Assert.Equal(Flow, await command.StandardOutput.ReadLineAsync(token).AsTask().WaitAsync(Patience, token));
        using (Process kill = Start($"kill -{signal} {command.Id}"))
            await kill.WaitForExitAsync(token);
        await command.StandardOutput.ReadToEndAsync(token).WaitAsync(Patience, token);
        await command.WaitForExitAsync(token);
        Assert.Equal((0, ""), (command.ExitCode, await command.StandardError.ReadToEndAsync(token)));
    }

    [Fact]
    public async Task Following_ends_quietly_when_its_reader_goes_away()
    {
        using FakeAgent agent = Endless(pause: 1);
        (int exitCode, string output, string error) = await ShellAsync($"set -o pipefail; {Ciliate} observe --follow -o json --socket {agent.Path} | head -n 2");
        Assert.Equal((0, $"{Flow}\n{Flow}\n", ""), (exitCode, output, error));
    }

    [Fact]
    public async Task What_came_before_a_failure_is_written_and_stands_before_the_error()
    {
        using var agent = FakeAgent.Saying($"HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n{Flow}\n");
        (int exitCode, string output, _) = await ShellAsync($"{Ciliate} observe -o json --socket {agent.Path} 2>&1");
        Assert.Equal(ExitCode.Failed, exitCode);
        Assert.StartsWith($"{Flow}\nciliate: no answer from the agent", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_shared_with_other_commands_is_written_in_turn()
    {
        (int exitCode, string output, _) = await ShellAsync(
            $"f=$(mktemp); (echo before; {Ciliate} version; echo after) > $f; cat $f; rm $f");
        Assert.Equal((0, "before\nciliate 0.1.0\nafter\n"), (exitCode, output));
    }

    [Fact]
    public async Task A_full_disk_is_told()
    {
        (int exitCode, _, string error) = await ShellAsync($"{Ciliate} version > /dev/full");
        Assert.Equal(ExitCode.Failed, exitCode);
        Assert.StartsWith("ciliate: cannot write the output: No space left on device", error, StringComparison.Ordinal);
    }

    /// <summary>Sends flows for as long as someone reads them, twenty seconds at most.</summary>
    private static FakeAgent Endless(int pause) => new(async (_, socket, token) =>
    {
        await socket.SendAsync(Encoding.UTF8.GetBytes("HTTP/1.1 200 OK\r\n\r\n"), SocketFlags.None, token);
        for (int sent = 0; sent < 20_000 / pause; sent++)
        {
            await socket.SendAsync(Encoding.UTF8.GetBytes($"{Flow}\n"), SocketFlags.None, token);
            await Task.Delay(pause, token);
        }
    });

    private static async Task<(int ExitCode, string Out, string Error)> ShellAsync(string script)
    {
        using Process process = Start(script);
        CancellationToken token = TestContext.Current.CancellationToken;
        Task<string> output = process.StandardOutput.ReadToEndAsync(token);
        string error = await process.StandardError.ReadToEndAsync(token).WaitAsync(Patience, token);
        await process.WaitForExitAsync(token);
        return (process.ExitCode, await output, error);
    }

    private static Process Start(string script)
    {
        var start = new ProcessStartInfo("bash") { RedirectStandardOutput = true, RedirectStandardError = true };
        start.ArgumentList.Add("-c");
        start.ArgumentList.Add(script);
        return Process.Start(start)!;
    }
}
