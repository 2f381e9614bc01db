using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace Ciliate.Testing;

/// <summary>What a program did.</summary>
public sealed record ProcessResult(int ExitCode, string Output, string Errors);

/// <summary>An external program that a test started, its output captured, its time bounded; killed by its id at
/// <see cref="Dispose"/>.</summary>
public sealed class TestProcess : IDisposable
{
    private static readonly TimeSpan DefaultTimeout = TimeSpan.FromSeconds(15);

    private readonly Process _process;
    private readonly string _commandLine;
    private readonly Lock _gate = new();
    private readonly StringBuilder _output = new();
    private readonly StringBuilder _errors = new();

    private TestProcess(Process process, string commandLine)
    {
        _process = process;
        _commandLine = commandLine;
        process.OutputDataReceived += (_, line) => Append(_output, line.Data);
        process.ErrorDataReceived += (_, line) => Append(_errors, line.Data);
    }

    public int Id => _process.Id;

    public bool HasExited => _process.HasExited;

    /// <summary>Standard output so far, whole lines.</summary>
    public string Output => Snapshot(_output);

    /// <summary>Standard error so far, whole lines.</summary>
    public string Errors => Snapshot(_errors);

    /// <summary>For what the program reads; close it to end the input.</summary>
    public StreamWriter Input => _process.StandardInput;

    /// <param name="inside">The namespace to start in; null starts it in the caller's.</param>
    public static TestProcess Start(TestNamespace? inside, string program, params IEnumerable<string> arguments) =>
        Start(inside, new ProcessStartInfo(program, arguments));

    /// <summary>Starts with an environment or working directory of one's own; redirection is set here.</summary>
    public static TestProcess Start(TestNamespace? inside, ProcessStartInfo info)
    {
        info.RedirectStandardOutput = info.RedirectStandardError = info.RedirectStandardInput = true;
        info.UseShellExecute = false;
        var process = new TestProcess(new Process { StartInfo = info }, $"{info.FileName} {string.Join(' ', info.ArgumentList)}");
        if (inside is not null)
        {
            // nsenter(1) becomes the program. Forking from a thread inside would do as well, but threads that the runtime starts on that
            // occasion would stay inside for ever.
            info.ArgumentList.Insert(0, info.FileName);
            info.ArgumentList.Insert(0, "--net=" + inside.Path);
            info.FileName = "nsenter";
        }

        process.Begin();
        if (inside is not null)
        {
            Eventually.Holds(() => process.HasExited || process.IsIn(inside), $"'{process._commandLine}' is in {inside}");
        }

        return process;
    }

    /// <summary>Runs a program to its end.</summary>
    /// <exception cref="TimeoutException">It did not end in time; it is killed.</exception>
    public static ProcessResult Run(TestNamespace? inside, string program, params IEnumerable<string> arguments)
    {
        using var process = Start(inside, program, arguments);
        process.Input.Close();
        return process.WaitForExit();
    }

    /// <exception cref="TimeoutException">It did not end in time.</exception>
    public ProcessResult WaitForExit(TimeSpan? timeout = null)
    {
        TimeSpan limit = timeout ?? DefaultTimeout;
        if (!_process.WaitForExit(limit))
        {
            throw new TimeoutException($"'{_commandLine}' still runs after {limit.TotalSeconds:0} s; output: {Output}{Errors}");
        }

        // The call without a limit waits for the last lines of output.
        _process.WaitForExit();
        return new ProcessResult(_process.ExitCode, Output, Errors);
    }

    /// <summary>Waits until standard output or standard error contains <paramref name="text"/>.</summary>
    /// <exception cref="TimeoutException">It did not come in time, or the program ended without it.</exception>
    public void WaitForOutput(string text, TimeSpan? timeout = null)
    {
        TimeSpan limit = timeout ?? DefaultTimeout;
        long start = Stopwatch.GetTimestamp();
        while (!Output.Contains(text, StringComparison.Ordinal) && !Errors.Contains(text, StringComparison.Ordinal))
        {
            if (Stopwatch.GetElapsedTime(start) > limit || (_process.HasExited && !ContainsAfterExit(text)))
            {
                throw new TimeoutException($"'{_commandLine}' did not say '{text}'; output: {Output}{Errors}");
            }

            Thread.Sleep(5);
        }
    }

    /// <summary>Sends SIGKILL and waits for the end.</summary>
    public void Kill()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
            _process.WaitForExit(DefaultTimeout);
        }
    }

    public void Dispose()
    {
        Kill();
        _process.Dispose();
    }

    private void Begin()
    {
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    private bool IsIn(TestNamespace place)
    {
        try
        {
            return new FileInfo(string.Create(CultureInfo.InvariantCulture, $"/proc/{Id}/ns/net")).LinkTarget
                == string.Create(CultureInfo.InvariantCulture, $"net:[{place.Namespace.Inode}]");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // It has ended; the caller will see.
            return false;
        }
    }

    private bool ContainsAfterExit(string text)
    {
        _process.WaitForExit();
        return Output.Contains(text, StringComparison.Ordinal) || Errors.Contains(text, StringComparison.Ordinal);
    }

    private void Append(StringBuilder target, string? line)
    {
        if (line is not null)
        {
            lock (_gate)
            {
                target.Append(line).Append('\n');
            }
        }
    }

    private string Snapshot(StringBuilder source)
    {
        lock (_gate)
        {
            return source.ToString();
        }
    }
}
