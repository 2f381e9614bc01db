using System.Globalization;
using System.Text.Json;
using Ciliate.Agent.Configuration;
using Ciliate.Agent.Endpoints;
using Ciliate.Agent.Hosting;
using Ciliate.Api;
using Ciliate.Datapath;
using Ciliate.Linux;

namespace Ciliate.Agent.Cleanup;

/// <summary><c>ciliated cleanup</c>: takes off the machine what an agent with these options has left. Data goes to the output, the
/// question and the count to the messages.</summary>
internal sealed class CleanupTask(CommandLine commandLine, AgentConfiguration configuration, TextReader input, TextWriter output, TextWriter messages)
{
    /// <summary>Whether somebody sits at the input.</summary>
    public required bool CanAsk { get; init; }

    /// <exception cref="AgentException">An agent runs, something cannot be removed, or the answer was no.</exception>
    /// <exception cref="ConfigurationException">There is nobody to ask.</exception>
    public void Run()
    {
        // Found out before anything else is looked at: the way of asking does not depend on what is found.
        if (!commandLine.Yes && !commandLine.DryRun && !CanAsk)
            throw new ConfigurationException("cleanup needs --yes where nobody can be asked; --dry-run tells what would go");
        using NetworkNamespace here = NetworkNamespace.OpenCurrent();
        using InstanceLocks locks = InstanceLocks.TakeExisting(configuration);
        using var host = new HostNetwork(here, configuration);
        using var remains = new DatapathRemains(configuration.BpfRoot);
        Inventory kernel = KernelTraces.Find(configuration, host, remains), files = FileTraces.Find(configuration);
        IReadOnlyList<Trace> found = [.. kernel.Found, .. files.Found];
        if (!commandLine.DryRun && found.Count > 0)
        {
            Confirm(found);
            Remove(found);
        }

        Tell(new CleanupReport(commandLine.DryRun, [.. found.Select(trace => trace.Item)], [.. kernel.Strangers, .. files.Strangers]));
    }

    private void Confirm(IReadOnlyList<Trace> found)
    {
        if (commandLine.Yes)
            return;
        int interfaces = found.Count(trace => trace.Kind == "interface");
        messages.Write(string.Create(
            CultureInfo.InvariantCulture,
            $"This removes {found.Count} things of the agent with state in {configuration.StateDirectory}, {interfaces} interfaces among them: its containers lose their network. Go on? [y/N] "));
        messages.Flush();
        if (input.ReadLine()?.Trim() is not ("y" or "Y" or "yes"))
            throw new AgentException(AgentError.Failed, "cleanup was not confirmed, nothing was removed");
    }

    /// <summary>Ends at the first thing that does not go: what would come after may be what guards it.</summary>
    private static void Remove(IReadOnlyList<Trace> found)
    {
        foreach (Trace trace in found)
        {
            try
            {
                trace.Remove();
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException or LinuxException or DatapathException or Netlink.NetlinkException)
            {
                throw new AgentException(AgentError.Failed, $"cannot remove {trace.Kind} {trace.Name}: {error.Message}; run cleanup again", error);
            }
        }
    }

    private void Tell(CleanupReport report)
    {
        if (commandLine.Json)
        {
            output.WriteLine(JsonSerializer.Serialize(report, ReportJson.Default.CleanupReport));
            return;
        }

        foreach (CleanupItem item in report.Removed)
            output.WriteLine($"{(report.DryRun ? "would remove" : "removed")} {item.Kind} {item.Name}");
        foreach (CleanupItem item in report.Kept)
            output.WriteLine($"kept {item.Kind} {item.Name}, which is not the agent's");
        if (report.Removed.Count == 0)
            messages.WriteLine("nothing to remove");
    }
}
