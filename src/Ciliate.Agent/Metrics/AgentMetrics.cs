using Prometheus;

namespace Ciliate.Agent.Metrics;

/// <summary>The agent's metrics. None has a label that grows with containers, policies or identities.</summary>
public sealed class AgentMetrics(IMetricFactory factory)
{
    /// <summary>Seconds. Where the goals for changes and endpoints lie, 5 to 100 ms, the steps are small.</summary>
    private static readonly HistogramConfiguration s_seconds = new()
    {
        Buckets = [0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10],
    };

    public Gauge Build { get; } = factory.CreateGauge(
        "ciliate_build_info", "Always 1; what runs here.", ["version", "kernel", "hooks"]);

    public Gauge Endpoints { get; } = factory.CreateGauge(
        "ciliate_endpoints", "Endpoints; disconnected: the interface is gone and the endpoint is to be deleted.", ["state"]);

    public Gauge OutdatedEndpoints { get; } = factory.CreateGauge(
        "ciliate_endpoints_outdated", "Endpoints whose newer programs or policy the kernel refused, or whose programs somebody took away and that are tried again.");

    public Gauge Identities { get; } = factory.CreateGauge("ciliate_identities", "Identities in use, without the reserved.");

    public Gauge Policies { get; } = factory.CreateGauge("ciliate_policies", "Policies in force.");

    public Gauge PolicyRevision { get; } = factory.CreateGauge("ciliate_policy_revision", "Counts the changes of the set of policies.");

    public Counter Generations { get; } = factory.CreateCounter(
        "ciliate_generations_published_total", "Generations of endpoints that were made current.");

    public Counter FailedGenerations { get; } = factory.CreateCounter(
        "ciliate_generations_failed_total", "Generations that could not be made; the endpoint went on with the one before.");

    public Histogram GenerationTime { get; } = factory.CreateHistogram(
        "ciliate_generation_publish_seconds", "Time to write an endpoint's tables into a free slot and make them current.", s_seconds);

    public Histogram ChangeTime { get; } = factory.CreateHistogram(
        "ciliate_change_live_seconds", "Time from a request that changes policies or labels to when every endpoint concerned enforces it.",
        ["change"], s_seconds);

    public Histogram CreationTime { get; } = factory.CreateHistogram(
        "ciliate_endpoint_creation_seconds", "Time from the request for an endpoint to when its container is connected and protected.", s_seconds);

    public Counter TailoredPrograms { get; } = factory.CreateCounter(
        "ciliate_programs_tailored_total", "Times that an endpoint was given programs of its own.");

    public Counter RefusedPrograms { get; } = factory.CreateCounter(
        "ciliate_programs_refused_total", "Times that an endpoint's own programs could not be made; it kept those that all share.");

    public Histogram TailoringTime { get; } = factory.CreateHistogram(
        "ciliate_programs_tailoring_seconds", "Time to make an endpoint's own programs, and to verify and load them.", s_seconds);

    public Counter DroppedPackets { get; } = factory.CreateCounter(
        "ciliate_drop_packets_total", "Packets dropped.", ["reason", "direction"]);

    public Counter DroppedBytes { get; } = factory.CreateCounter(
        "ciliate_drop_bytes_total", "Bytes of the packets dropped, with the Ethernet header.", ["reason", "direction"]);

    public Counter ForwardedPackets { get; } = factory.CreateCounter(
        "ciliate_forwarded_packets_total", "Packets passed on, of all endpoints; ingress is to the container.", ["direction"]);

    public Counter ForwardedBytes { get; } = factory.CreateCounter(
        "ciliate_forwarded_bytes_total", "Bytes of the packets passed on, with the Ethernet header.", ["direction"]);

    public Counter JudgedAgain { get; } = factory.CreateCounter(
        "ciliate_judged_again_packets_total", "Packets whose flow was judged anew, since a policy, labels or an address had changed.");

    public Gauge Flows { get; } = factory.CreateGauge(
        "ciliate_flows", "Flows in the kernel's table, ended ones that are not removed yet included.");

    public Gauge FlowLimit { get; } = factory.CreateGauge("ciliate_flows_limit", "Flows that the table has room for.");

    public Gauge NatEntries { get; } = factory.CreateGauge("ciliate_nat_entries", "Masqueraded flows.");

    public Gauge PolicyEntries { get; } = factory.CreateGauge(
        "ciliate_policy_entries", "Entries in the policy table, those of generations past that are not removed yet included.");

    public Gauge PolicyEntryLimit { get; } = factory.CreateGauge(
        "ciliate_policy_entries_limit", "Entries that the policy table has room for.");

    public Gauge IpcacheEntries { get; } = factory.CreateGauge("ciliate_ipcache_entries", "Prefixes that have an identity.");

    public Counter Events { get; } = factory.CreateCounter("ciliate_events_total", "Verdicts that the kernel told.");

    public Counter LostEvents { get; } = factory.CreateCounter(
        "ciliate_events_lost_total", "Verdicts that could not be told for lack of room; they held all the same.");

    public Counter CollectionRounds { get; } = factory.CreateCounter(
        "ciliate_flow_collection_rounds_total", "Walks through the flow table to remove what has ended.");

    public Counter CollectedFlows { get; } = factory.CreateCounter("ciliate_flows_collected_total", "Ended flows removed.");

    public Gauge CollectionStep { get; } = factory.CreateGauge(
        "ciliate_flow_collection_step_seconds", "CPU time of the longest step without a pause in the last walk.");

    public Gauge LongestCollectionStep { get; } = factory.CreateGauge(
        "ciliate_flow_collection_longest_step_seconds", "CPU time of the longest step without a pause since the agent's start.");

    public Counter Requests { get; } = factory.CreateCounter("ciliate_api_requests_total", "Requests answered, by HTTP status.", ["code"]);

    public Gauge ProcessStart { get; } = factory.CreateGauge(
        "process_start_time_seconds", "Start of the agent, in seconds since 1970 (UTC).");

    public Counter ProcessorTime { get; } = factory.CreateCounter("process_cpu_seconds_total", "CPU time of the agent, user and system.");

    public Gauge ResidentMemory { get; } = factory.CreateGauge(
        "process_resident_memory_bytes", "Memory of the agent; the kernel's tables are not part of it.");

    public Gauge OpenFiles { get; } = factory.CreateGauge("process_open_fds", "File descriptors that the agent has open.");
}
