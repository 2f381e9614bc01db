using Ciliate.Agent.Configuration;
using Ciliate.Agent.Endpoints;
using Ciliate.Datapath;
using Ciliate.Linux;

namespace Ciliate.Agent.Metrics;

/// <summary>Brings the metrics up to date and writes them. Most of them are state, or are counted in the kernel: they are read when somebody asks.</summary>
public sealed class MetricsReport(AgentServices agent)
{
    public const string ContentType = "text/plain; version=0.0.4; charset=utf-8";

    private static readonly TrafficDirection[] s_directions = [TrafficDirection.Ingress, TrafficDirection.Egress];

    /// <summary>Values of the label of <see cref="AgentMetrics.ChangeTime"/>.</summary>
    public const string PolicyChange = "policies", LabelChange = "labels";

    private readonly AgentMetrics _metrics = agent.Metrics;

    /// <returns>Prometheus' text format.</returns>
    public async Task<byte[]> ReadAsync(CancellationToken cancellationToken)
    {
        // Takes its time when there are many, and the control loop need not wait for it.
        _metrics.NatEntries.Set(await Task.Run(agent.Datapath.CountNat, cancellationToken).ConfigureAwait(false));
        await agent.Loop.RunAsync(ReadKernel, cancellationToken).ConfigureAwait(false);
        ReadState();
        ReadEvents();
        ReadProcess();
        using var text = new MemoryStream();
        await agent.MetricsRegistry.CollectAndExportAsTextAsync(text, cancellationToken).ConfigureAwait(false);
        return text.ToArray();
    }

    private void ReadKernel()
    {
        DatapathCounters counters = agent.Datapath.ReadCounters();
        ReadDrops(counters.Drops);
        EndpointCounters total = counters.Total;
        _metrics.ForwardedPackets.WithLabels("ingress").IncTo(total.IngressPackets);
        _metrics.ForwardedPackets.WithLabels("egress").IncTo(total.EgressPackets);
        _metrics.ForwardedBytes.WithLabels("ingress").IncTo(total.IngressBytes);
        _metrics.ForwardedBytes.WithLabels("egress").IncTo(total.EgressBytes);
        _metrics.JudgedAgain.IncTo(total.JudgedAgain);
        TableFill fill = agent.Datapath.ReadFill();
        _metrics.Flows.Set(fill.Flows);
        _metrics.FlowLimit.Set(agent.Configuration.FlowTableSize);
        _metrics.PolicyEntries.Set(fill.PolicyEntries);
        _metrics.PolicyEntryLimit.Set(fill.PolicyCapacity);
        _metrics.IpcacheEntries.Set(agent.AddressBook.Count);
    }

    /// <summary>Those that never occurred as well, so that a rate begins with the first drop.</summary>
    private void ReadDrops(IReadOnlyList<DropCount> drops)
    {
        Dictionary<(uint, TrafficDirection), DropCount> seen = drops.ToDictionary(drop => (drop.Reason, drop.Direction));
        foreach ((uint reason, string text) in DropReasons.All)
        {
            foreach (TrafficDirection direction in s_directions)
            {
                DropCount? drop = seen.GetValueOrDefault((reason, direction));
                string[] labels = [text, direction == TrafficDirection.Ingress ? "ingress" : "egress"];
                _metrics.DroppedPackets.WithLabels(labels).IncTo(drop?.Packets ?? 0);
                _metrics.DroppedBytes.WithLabels(labels).IncTo(drop?.Bytes ?? 0);
            }
        }
    }

    private void ReadState()
    {
        Endpoint[] endpoints = [.. agent.Endpoints.Endpoints.Rows];
        _metrics.Build.WithLabels(HelpText.Version, Kernel.Release, agent.Datapath.Hooks == HookKind.Tcx ? "tcx" : "clsact").Set(1);
        _metrics.Endpoints.WithLabels("ready").Set(endpoints.Count(endpoint => endpoint.State == EndpointState.Ready));
        _metrics.Endpoints.WithLabels("disconnected").Set(endpoints.Count(endpoint => endpoint.State == EndpointState.Disconnected));
        _metrics.OutdatedEndpoints.Set(endpoints.Count(endpoint => endpoint.Problem is not null));
        _metrics.Identities.Set(agent.Identities.Identities.Rows.Count(row => row.Holders > 0));
        _metrics.Policies.Set(agent.Policies.Current.Policies.Count);
        _metrics.PolicyRevision.Set(agent.Policies.Current.Revision);
        // So that they are there before the first change.
        _metrics.ChangeTime.WithLabels(PolicyChange);
        _metrics.ChangeTime.WithLabels(LabelChange);
    }

    private void ReadEvents()
    {
        _metrics.Events.IncTo(agent.Flows.Count);
        _metrics.LostEvents.IncTo(agent.Datapath.LostEvents);
        if (agent.Collection.Latest is not { } latest)
            return;
        _metrics.CollectionRounds.IncTo(latest.Rounds);
        _metrics.CollectedFlows.IncTo(latest.Removed);
        _metrics.CollectionStep.Set(latest.Round.LongestStep.TotalSeconds);
        _metrics.LongestCollectionStep.Set(latest.LongestStep.TotalSeconds);
    }

    private void ReadProcess()
    {
        _metrics.ProcessStart.Set(agent.Started.ToUnixTimeMilliseconds() / 1000.0);
        _metrics.ProcessorTime.IncTo(Environment.CpuUsage.TotalTime.TotalSeconds);
        _metrics.ResidentMemory.Set(Environment.WorkingSet);
        _metrics.OpenFiles.Set(Directory.EnumerateFileSystemEntries("/proc/self/fd").Count());
    }
}
