using System.Collections;
using System.Runtime.InteropServices;
using Ciliate.Agent.Api;
using Ciliate.Agent.Cleanup;
using Ciliate.Agent.Configuration;
using Ciliate.Agent.Endpoints;
using Ciliate.Agent.Logging;
using Ciliate.Agent.Outside;
using Ciliate.Agent.Policies;
using Ciliate.Agent.State;
using Ciliate.Bpf;
using Ciliate.Datapath;
using Ciliate.Linux;
using Ciliate.Netlink;

namespace Ciliate.Agent.Hosting;

/// <summary>From the command line to the exit code: 0 ended on request, 1 failed, 2 wrong usage. An error is one line on stderr.</summary>
public static class AgentProcess
{
    private const int Failed = 1, WrongUsage = 2;

    public static async Task<int> RunAsync(IReadOnlyList<string> arguments)
    {
        try
        {
            await RunAsync(CommandLine.Parse(arguments)).ConfigureAwait(false);
            return 0;
        }
        catch (ConfigurationException error)
        {
            return Tell(error, WrongUsage);
        }
        catch (Exception error) when (error is AgentException or StateException or DatapathException or NetlinkException or LinuxException)
        {
            return Tell(error, Failed);
        }
    }

    private static Task RunAsync(CommandLine commandLine)
    {
        switch (commandLine.Task)
        {
            case AgentTask.Help:
                Console.Out.Write(HelpText.Help());
                return Task.CompletedTask;
            case AgentTask.Version:
                Console.Out.Write($"ciliated {HelpText.Version}\n");
                return Task.CompletedTask;
            case AgentTask.ShowConfiguration:
                ConfigurationReport.Write(ConfigurationLoader.Load(commandLine, Variables()), commandLine.Json, Console.Out);
                return Task.CompletedTask;
            case AgentTask.Cleanup:
                Cleanup(commandLine, ConfigurationLoader.Load(commandLine, Variables()));
                return Task.CompletedTask;
            default:
                return RunAsync(ConfigurationLoader.Load(commandLine, Variables()));
        }
    }

    private static void Cleanup(CommandLine commandLine, AgentConfiguration configuration)
    {
        RequireRoot("it removes interfaces and programs from the kernel");
        new CleanupTask(commandLine, configuration, Console.In, Console.Out, Console.Error) { CanAsk = !Console.IsInputRedirected }.Run();
    }

    private static void RequireRoot(string reason)
    {
        if (CurrentProcess.EffectiveUserId != 0)
            throw new AgentException(AgentError.Failed, $"must run as root: {reason}");
    }

    private static async Task RunAsync(AgentConfiguration configuration)
    {
        RequireRoot("it makes interfaces and loads programs into the kernel");
        using var stop = new StopSignals();
        using var logs = new StandardErrorLogger(configuration.LogLevel);
        BpfMount.Require(configuration.BpfRoot);
        using NetworkNamespace hostNamespace = NetworkNamespace.OpenCurrent();
        PolicyReading? followed = RefuseEarly(configuration, hostNamespace);
        using var locks = InstanceLocks.Take(configuration);
        using IDatapath datapath = KernelDatapath.Open(Options(configuration));
        var systemd = ServiceManager.FromEnvironment();
        RunningAgent agent = await RunningAgent.StartAsync(
            configuration, hostNamespace, datapath, TimeProvider.System, logs, CancellationToken.None, systemd, followed).ConfigureAwait(false);
        await using (agent.ConfigureAwait(false))
        {
            await await Task.WhenAny(stop.Requested, agent.Failure).ConfigureAwait(false);
            logs.CreateLogger("Ciliate.Agent").Stopping();
            systemd.TellStopping();
        }
    }

    /// <summary>What can be refused before anything is made, so that a refused start leaves nothing behind.</summary>
    /// <returns>What the policy directory holds; null: none is followed.</returns>
    private static PolicyReading? RefuseEarly(AgentConfiguration configuration, NetworkNamespace hostNamespace)
    {
        KernelRequirements.Require();
        if (configuration.HookBackend == HookKind.Tcx && !KernelFeatures.Tcx.IsSupported)
            throw AgentException.Invalid($"hook-backend tcx: this kernel ({Kernel.Release}) has no tcx; choose auto or clsact");
        // An agent that listens there is told of by its lock.
        if (!InstanceLocks.IsSocketHeld(configuration))
            SocketFile.RequireFree(configuration.Socket);
        using var host = new HostNetwork(hostNamespace, configuration);
        host.RefuseOverlaps(host.Look());
        HostPorts.RefuseOverlap(hostNamespace, configuration.Masquerade);
        MasqueradeClaim.RefuseOverlap(host, configuration.Masquerade);
        return new PolicyDirectory(configuration.PolicyDirectory).Read();
    }

    private static DatapathOptions Options(AgentConfiguration configuration) =>
        new(configuration.BpfRoot, configuration.Gateway, (uint)configuration.FlowTableSize, configuration.FlowTimeouts, configuration.HookBackend,
            configuration.Masquerade.ToOptions(), configuration.TailorPrograms);

    private static Dictionary<string, string> Variables() => Environment.GetEnvironmentVariables().Cast<DictionaryEntry>()
        .ToDictionary(entry => (string)entry.Key, entry => (string?)entry.Value ?? "");

    private static int Tell(Exception error, int exitCode)
    {
        Console.Error.WriteLine($"ciliated: {error.Message.ReplaceLineEndings(" ")}");
        return exitCode;
    }

    /// <summary>SIGTERM and SIGINT.</summary>
    private sealed class StopSignals : IDisposable
    {
        private readonly TaskCompletionSource _requested = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly PosixSignalRegistration[] _registrations;

        public StopSignals() => _registrations =
        [
            PosixSignalRegistration.Create(PosixSignal.SIGTERM, Handle),
            PosixSignalRegistration.Create(PosixSignal.SIGINT, Handle),
        ];

        public Task Requested => _requested.Task;

        public void Dispose()
        {
            foreach (PosixSignalRegistration registration in _registrations)
                registration.Dispose();
        }

        private void Handle(PosixSignalContext context)
        {
            context.Cancel = true;
            _requested.TrySetResult();
        }
    }
}
