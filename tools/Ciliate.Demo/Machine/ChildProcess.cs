using System.Diagnostics;
using System.Text;
using Ciliate.Linux;

namespace Ciliate.Demo.Machine;

internal sealed record Outcome(int ExitCode, string Output, string Errors);

/// <summary>A program that was started inside a network namespace; killed with its children when disposed.</summary>
internal sealed class ChildProcess : IDisposable
{
    private readonly Process _process;
    private readonly StringBuilder _errors = new();

    private ChildProcess(Process process)
    {
        _process = process;
        _process.ErrorDataReceived += (_, line) =>
        {
            lock (_errors)
            {
                _errors.AppendLine(line.Data);
            }
        };
    }

    public int Id => _process.Id;

    public bool HasExited => _process.HasExited;

    public Stream Output => _process.StandardOutput.BaseStream;

    /// <summary>Standard error so far.</summary>
    public string Errors
    {
        get
        {
            lock (_errors)
            {
                return _errors.ToString().Trim();
            }
        }
    }

    public static ChildProcess Start(
        NetworkNamespace? inside, string program, IEnumerable<string> arguments, IEnumerable<KeyValuePair<string, string>>? environment = null)
    {
        var info = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true };
        foreach ((string name, string value) in environment ?? [])
        {
            info.Environment[name] = value;
        }

        var child = new ChildProcess(new Process { StartInfo = info });
        // A child inherits the namespace of the thread that forks it.
        if (inside is null)
        {
            child.Begin();
        }
        else
        {
            inside.Run(child.Begin);
        }

        return child;
    }

    /// <summary>Reads what it prints until it ends.</summary>
    public async Task<Outcome> FinishAsync(CancellationToken cancellation)
    {
        string output = await _process.StandardOutput.ReadToEndAsync(cancellation);
        await _process.WaitForExitAsync(cancellation);
        return new Outcome(_process.ExitCode, output, Errors);
    }

    /// <summary>Asks it to end (SIGTERM) and waits. False when it did not end in time.</summary>
    public async Task<bool> StopAsync(TimeSpan patience)
    {
        if (_process.HasExited)
        {
            return true;
        }

        using (var kill = Process.Start("sh", ["-c", $"kill -TERM {Id}"]))
        {
            await kill.WaitForExitAsync();
        }

        using var limit = new CancellationTokenSource(patience);
        try
        {
            await _process.WaitForExitAsync(limit.Token);
            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
            _process.WaitForExit();
        }

        _process.Dispose();
    }

    private void Begin()
    {
        _process.Start();
        _process.StandardInput.Close();
        _process.BeginErrorReadLine();
    }
}
