using Ciliate.Bpf;
using Ciliate.Datapath.Abi;

namespace Ciliate.Datapath;

/// <summary>The maps below the agent's root, typed. Opened if they are pinned, made and pinned if not.</summary>
internal sealed class PinnedMaps : IDisposable
{
    private readonly LoadedObject _object;

    private PinnedMaps(LoadedObject loaded)
    {
        _object = loaded;
        try
        {
            Endpoints = Map("endpoints").Mapped<Abi.Endpoint>();
            Epochs = Map("epochs").Mapped<Epoch>();
            FlowQuotas = Map("flow_quotas").Mapped<FlowQuota>();
            Slots = Map("slots").As<uint, Slot>();
            Policy = Map("policy").As<PolicyKey, PolicyValue>();
            Flows = Map("flows").As<FlowKey, Flow>();
            Ipcache = Map("ipcache").As<IpcacheKey, IpcacheValue>();
            LocalEndpoints = Map("local_endpoints").As<LocalKey, LocalValue>();
            EndpointCounts = Map("endpoint_counts").AsPerCpu<uint, Abi.EndpointCounters>();
            JudgedAgain = Map("judged_again").AsPerCpu<uint, ulong>();
            DropCounts = Map("drop_counts").AsPerCpu<uint, DropCounters>();
            EventCounts = Map("event_counts").AsPerCpu<uint, EventCounters>();
            Nat = Map("nat").As<NatKey, NatValue>();
            NatExclusions = Map("nat_exclusions").As<IpcacheKey, NatExclusion>();
            Uplinks = Map("uplinks").As<uint, Abi.Uplink>();
            UplinkRows = Map("uplink_rows").As<uint, uint>();
            Events = Map("events");
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>For programs that are loaded later; without the data sections, which every program has for itself.</summary>
    public IReadOnlyDictionary<string, BpfMap> Shared => _object.Maps.Where(map => map.Key[0] != '.').ToDictionary();

    /// <summary>The kernel's tags of the programs that were loaded with the maps, by name.</summary>
    public IReadOnlyDictionary<string, string> ProgramTags => _object.Programs.ToDictionary(program => program.Key, program => program.Value.Info.Tag);

    public MappedArray<Abi.Endpoint> Endpoints { get; }

    public MappedArray<Epoch> Epochs { get; }

    public MappedArray<FlowQuota> FlowQuotas { get; }

    public BpfMap<uint, Slot> Slots { get; }

    public BpfMap<PolicyKey, PolicyValue> Policy { get; }

    public BpfMap<FlowKey, Flow> Flows { get; }

    public BpfMap<IpcacheKey, IpcacheValue> Ipcache { get; }

    public BpfMap<LocalKey, LocalValue> LocalEndpoints { get; }

    public PerCpuMap<uint, Abi.EndpointCounters> EndpointCounts { get; }

    public PerCpuMap<uint, ulong> JudgedAgain { get; }

    public PerCpuMap<uint, DropCounters> DropCounts { get; }

    public PerCpuMap<uint, EventCounters> EventCounts { get; }

    public BpfMap<NatKey, NatValue> Nat { get; }

    public BpfMap<IpcacheKey, NatExclusion> NatExclusions { get; }

    public BpfMap<uint, Abi.Uplink> Uplinks { get; }

    public BpfMap<uint, uint> UplinkRows { get; }

    public BpfMap Events { get; }

    /// <param name="directory">On a bpffs; what is pinned there has the blueprint's layouts.</param>
    /// <param name="proved">The programs are loaded with the maps, and dropped: a kernel that refuses them is found out before anything
    /// depends on it, and leaves no pins.</param>
    public static PinnedMaps Open(BpfLoader loader, ObjectSpec blueprint, string directory, bool proved) =>
        new(loader.Load(blueprint, new LoadOptions { PinDirectory = directory, Programs = proved ? null : [], AllMaps = true }));

    public void Dispose()
    {
        Endpoints?.Dispose();
        Epochs?.Dispose();
        FlowQuotas?.Dispose();
        _object.Dispose();
    }

    private BpfMap Map(string name) => _object.Map(name);
}
