using System.Globalization;
using Ciliate.Testing;

namespace Ciliate.EndToEnd.Tests.OneHost;

/// <summary>The agent's process inside its namespace. It can be killed, stopped and started again; the kernel's side stays.</summary>
public sealed class Agent(TestNamespace host, AgentRoots roots, CiliateCommand ciliate, IReadOnlyList<string> options) : IDisposable
{
    /// <summary>For an emulated machine on a busy host, where a start takes some fifty times as long.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);

    private TestProcess? _process;

    /// <summary>Everything that the present process wrote to standard error.</summary>
    public string Log => _process?.Errors ?? "";

    /// <summary>Starts the process without waiting for anything.</summary>
    public TestProcess Launch() => TestProcess.Start(
        host,
        Executables.Agent,
        ["--socket", roots.Socket, "--state-dir", roots.State, "--bpf-root", roots.Pins, .. options]);

    /// <summary>Starts and waits until the agent answers.</summary>
    public void Start()
    {
        _process = Launch();
        Eventually.Holds(
            () => _process.HasExited || ciliate.Run("status").ExitCode == 0,
            "ciliated answers",
            Patience);
        if (_process.HasExited)
        {
            throw new InvalidOperationException($"ciliated ended at its start: {_process.WaitForExit().Errors}");
        }
    }

    /// <summary>SIGKILL.</summary>
    public void Kill()
    {
        _process?.Dispose();
        _process = null;
    }

    /// <summary>SIGTERM, as a service manager would.</summary>
    public ProcessResult Stop()
    {
        TestProcess process = _process ?? throw new InvalidOperationException("the agent does not run");
        TestProcess.Run(null, "sh", "-c", string.Create(CultureInfo.InvariantCulture, $"kill -TERM {process.Id}"));
        ProcessResult result = process.WaitForExit(Patience);
        Kill();
        return result;
    }

    public void Dispose() => Kill();
}
