using Ciliate.Bpf;
using Ciliate.Datapath.Abi;

namespace Ciliate.Datapath;

/// <summary>The maps below the agent's root, typed, opened if they are pinned, made and pinned if not; and the programs that were loaded
/// with them.</summary>
internal sealed class PinnedMaps : IDisposable
{
    private readonly LoadedObject _object;

    private PinnedMaps(LoadedObject loaded)
    {
        _object = loaded;
        try
        {
            Endpoints = Map("endpoints").Mapped<Abi.Endpoint>();
            Interfaces = Map("interfaces").Mapped<uint>();
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
            UserDeliveries = Map("user_deliveries").As<uint, int>();
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

    public MappedArray<Abi.Endpoint> Endpoints { get; }

    public MappedArray<uint> Interfaces { get; }

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

    public BpfMap<uint, int> UserDeliveries { get; }

    public BpfMap Events { get; }

    /// <param name="directory">On a bpffs; what is pinned there has the blueprint's layouts.</param>
    /// <param name="withPrograms">They are loaded with the maps, once for all endpoints: a kernel that refuses them is found out before
    /// anything depends on it, and leaves no pins.</param>
    public static PinnedMaps Open(BpfLoader loader, ObjectSpec blueprint, string directory, bool withPrograms) =>
        new(loader.Load(blueprint, new LoadOptions { PinDirectory = directory, Programs = withPrograms ? EndpointPrograms.Names : [], AllMaps = true }));

    /// <summary>One that was loaded with the maps.</summary>
    public BpfProgram Program(string name) => _object.Program(name);

    public void Dispose()
    {
        Endpoints?.Dispose();
        Interfaces?.Dispose();
        Epochs?.Dispose();
        FlowQuotas?.Dispose();
        _object.Dispose();
    }

    private BpfMap Map(string name) => _object.Map(name);
}
