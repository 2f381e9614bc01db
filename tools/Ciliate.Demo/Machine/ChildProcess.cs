using System.Diagnostics;
using System.Text;

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

    /// <param name="namespacePath">The network namespace to start in. nsenter(1) becomes the program, so that no thread of ours, nor a thread
    /// that one makes, is ever inside.</param>
    public static ChildProcess Start(
        string namespacePath, string program, IEnumerable<string> arguments, IEnumerable<KeyValuePair<string, string>>? environment = null)
    {
        var info = new ProcessStartInfo("nsenter", ["--net=" + namespacePath, program, .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
        };
        foreach ((string name, string value) in environment ?? [])
        {
            info.Environment[name] = value;
        }

        var child = new ChildProcess(new Process { StartInfo = info });
        child._process.Start();
        child._process.StandardInput.Close();
        child._process.BeginErrorReadLine();
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

        // Not WaitForExitAsync: that waits for the end of the output too, which children of the process may hold open.
        long start = Stopwatch.GetTimestamp();
        while (!_process.HasExited && Stopwatch.GetElapsedTime(start) < patience)
        {
            await Task.Delay(5);
        }

        return _process.HasExited;
    }

    /// <summary>SIGKILL to a process that we did not start ourselves but that one of ours did.</summary>
    public static void Kill(int id)
    {
        try
        {
            using var process = Process.GetProcessById(id);
            process.Kill();
        }
        catch (Exception error) when (error is ArgumentException or InvalidOperationException)
        {
            // It has ended meanwhile.
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
}
