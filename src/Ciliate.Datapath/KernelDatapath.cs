using System.Net;
using System.Threading.Channels;
using Ciliate.Bpf;
using Ciliate.Datapath.Abi;
using Ciliate.Datapath.Hooks;
using Ciliate.Datapath.Layouts;
using Ciliate.Datapath.Tailoring;
using Ciliate.Linux;
using Ciliate.Netlink;

namespace Ciliate.Datapath;

/// <summary>The datapath in the running kernel. See <see cref="IDatapath"/> for what each call promises.</summary>
public sealed partial class KernelDatapath : IDatapath
{
    /// <summary>So that the collection takes a part of a CPU only.</summary>
    private static readonly TimeSpan BetweenChunks = TimeSpan.FromMilliseconds(1);

    private readonly BpfLoader _loader;
    private readonly ObjectSpec _blueprint;
    private readonly TickClock _clock;
    private readonly GracePeriod _gracePeriod = new();
    private readonly MapDirectories _directories;
    private readonly PinnedMaps _maps;
    private readonly EndpointTable _endpoints;
    private readonly InterfaceTable _interfaces;
    private readonly InterfaceHooks _hooks;
    private readonly EndpointPrograms _programs;
    private readonly UserMapPins _userMaps;
    private readonly EndpointTailor _tailor;
    private readonly bool _tailors;
    private readonly SlotTable _slots;
    private readonly PolicyTable _policy;
    private readonly FlowTable _flows;
    private readonly FlowCounts _flowCounts;
    private readonly FlowCollector _collector;
    private readonly Ipcache _ipcache;
    private readonly NatTable _nat;
    private readonly UplinkTable _uplinks;
    private readonly UplinkPrograms _uplinkPrograms;
    private readonly EventReader _events;

    private KernelDatapath(DatapathOptions options, bool withPrograms)
    {
        try
        {
            _loader = new BpfLoader();
            _clock = new TickClock(_loader);
            var ticks = new FlowTicks(options.Timeouts ?? FlowTimeouts.Default, _clock.TicksPerSecond);
            _blueprint = BlueprintOf(options, ticks);
            _directories = new MapDirectories(options.Root, _blueprint);
            _maps = PinnedMaps.Open(_loader, _blueprint, _directories.Prepare(_loader), withPrograms);
            _endpoints = new EndpointTable(_maps.Endpoints);
            _endpoints.CheckLayout(options.Root);
            _interfaces = new InterfaceTable(_maps.Interfaces);
            _interfaces.Adopt(_endpoints.Ids().Select(id => (id, _endpoints.InterfaceOf(id))));
            _slots = new SlotTable(_maps.Slots);
            _policy = new PolicyTable(_maps.Policy);
            _flows = new FlowTable(_maps.Flows, _clock);
            _flowCounts = new FlowCounts(_maps.FlowQuotas, _maps.Flows);
            _flowCounts.Verify();
            _collector = new FlowCollector(_loader, _maps, _endpoints, _clock, ticks);
            _ipcache = new Ipcache(_maps.Ipcache, new EpochTable(_maps.Epochs));
            _hooks = new InterfaceHooks(options.Root, options.Hooks);
            _userMaps = new UserMapPins(options.Root);
            Deliveries = new UserDeliveries(_endpoints, _maps.UserDeliveries, _gracePeriod);
            _programs = new EndpointPrograms(options.Root, _maps, _hooks, Deliveries);
            _tailor = new EndpointTailor(_loader, _blueprint, _maps.Shared);
            _tailors = options.TailorPrograms;
            _nat = new NatTable(_maps.Nat, _maps.NatExclusions, _maps.Uplinks);
            _uplinks = new UplinkTable(_maps.Uplinks, _maps.UplinkRows);
            _uplinkPrograms = new UplinkPrograms(options.Root, _loader, _maps, options.Masquerade, ticks, _hooks);
            AdoptSlots();
            BeginCounting();
            _events = new EventReader(_maps.Events, _maps.EventCounts);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Opens what is pinned below the root, or makes it. Nothing that runs is disturbed.</summary>
    public static KernelDatapath Open(DatapathOptions options) =>
        Explain($"open the datapath at {options.Root}", () => new KernelDatapath(options, withPrograms: true));

    /// <summary>Loads no program of endpoints: for runs without a wire, which load the one that they run.</summary>
    internal static KernelDatapath OpenTables(DatapathOptions options) => new(options, withPrograms: false);

    /// <summary>For who looks behind the verbs.</summary>
    internal PinnedMaps Maps => _maps;

    /// <inheritdoc cref="Maps"/>
    internal UserDeliveries Deliveries { get; }

    public HookKind Hooks => _hooks.Kind;

    public ChannelReader<VerdictEvent> Events => _events.Events;

    public ulong LostEvents => _events.Lost;

    public void AttachEndpoint(EndpointWiring wiring)
    {
        using var programs = PreparePrograms(wiring);
        programs.Attach();
    }

    public int UsableInterface(int ifIndex) => _interfaces.NextFree(ifIndex);

    public void DetachEndpoint(ushort endpointId) => Explain($"detach endpoint {endpointId}", () =>
    {
        var row = _endpoints.Read(endpointId);
        ulong commit = _endpoints.CommitOf(endpointId);
        foreach (var address in new[] { AddressCodec.Decode(row.Ipv4), AddressCodec.Decode(row.Ipv6) })
        {
            if (address is not null && _maps.LocalEndpoints.TryGet(LocalKeyOf(address), out var local) && local.Endpoint == endpointId)
                _maps.LocalEndpoints.Delete(LocalKeyOf(address));
        }
        _endpoints.Revoke(endpointId);
        RetireSlotOf(commit);
        _programs.Detach(endpointId);
        _userHooks.TryRemove(endpointId, out _);
        _userMaps.Remove(endpointId);
        _interfaces.Leave(endpointId, (int)row.Ifindex);
        _endpoints.Erase(endpointId);
        EndCounting(endpointId);
    });

    public void CompleteUpgrade() => Explain("remove the tables of another layout", () =>
    {
        if (_directories.Finish(_programs.Running().Concat(_uplinkPrograms.Running()), _gracePeriod.Wait))
            _flowCounts.Verify();
    });

    public IReadOnlyList<ushort> AttachedEndpoints() => [.. _programs.Attached().Union(_endpoints.Ids())];

    public int AttachedInterface(ushort endpointId) =>
        Explain($"look at the links of endpoint {endpointId}", () => _programs.InterfaceOf(endpointId));

    public IReadOnlyList<string> MissingPrograms(ushort endpointId) =>
        Explain($"look at the programs of endpoint {endpointId}", () => _programs.Missing(endpointId));

    public void UpsertIpcache(IPNetwork prefix, uint identity) => Explain($"write ipcache entry {prefix}", () => _ipcache.Upsert(prefix, identity));

    public void UpsertPrefixes(IReadOnlyCollection<IpcacheRow> rows) => Explain($"write {rows.Count} ipcache entries", () => _ipcache.Upsert(rows));

    public void DeletePrefixes(IReadOnlyCollection<IPNetwork> prefixes) =>
        Explain($"delete {prefixes.Count} ipcache entries", () => _ipcache.Delete(prefixes));

    public void DeleteIpcache(IPNetwork prefix) => Explain($"delete ipcache entry {prefix}", () => _ipcache.Delete(prefix));

    public CollectionRound CollectFlows(CancellationToken cancellation = default) =>
        CollectFlows(() => Thread.Sleep(BetweenChunks), cancellation);

    /// <param name="pause">Called between chunks.</param>
    internal CollectionRound CollectFlows(Action pause, CancellationToken cancellation) =>
        Explain("collect flows", () => _collector.Collect(pause, cancellation));

    /// <summary>The endpoint in the tables, and no program attached: for runs without a wire.</summary>
    internal void RegisterEndpoint(EndpointWiring wiring) => Register(wiring, _endpoints.Exists(wiring.Id));

    /// <summary>The program of all endpoints, of a datapath that was opened with them.</summary>
    internal BpfProgram Program(string name) => _maps.Program(name);

    /// <summary>One of them, loaded by itself.</summary>
    internal LoadedObject LoadProgram(string name) =>
        _loader.Load(_blueprint, new LoadOptions { MapReplacements = _maps.Shared, Programs = [name] });

    /// <summary>When it returns <see cref="Events"/> has what was told before.</summary>
    internal void ReadEventsNow() => _events.ReadNow();

    /// <summary>Some of it is not there when opening fails.</summary>
    public void Dispose()
    {
        _events?.Dispose();
        _collector?.Dispose();
        _hooks?.Dispose();
        _maps?.Dispose();
        _clock?.Dispose();
        _gracePeriod?.Dispose();
        _loader?.Dispose();
    }

    private TailoredPair MakePair(EndpointWiring wiring, SmallPolicy? policy)
    {
        var users = UserGrafts.Prepare(wiring, _userMaps);
        try
        {
            return _tailor.Make(wiring, users, policy);
        }
        catch
        {
            users.Dispose();
            throw;
        }
    }

    /// <param name="own">Null: the programs that all endpoints share.</param>
    private void Attach(EndpointWiring wiring, TailoredPair? own)
    {
        bool known = _endpoints.Exists(wiring.Id);
        try
        {
            Register(wiring, known);
            // Before they are attached: who made others meanwhile must see that they are not those any more.
            _userHooks[wiring.Id] = wiring.Users;
            _programs.Attach(wiring, own);
        }
        catch when (!known)
        {
            DetachEndpoint(wiring.Id);
            throw;
        }
    }

    private void Register(EndpointWiring wiring, bool known)
    {
        if (!known && _flowCounts.OwnedBy(wiring.Id) != 0)
            _collector.Purge(wiring.Id);
        _interfaces.Require(wiring.Id, wiring.HostIfIndex);
        if (_endpoints.InterfaceOf(wiring.Id) is var before && before != wiring.HostIfIndex)
            _interfaces.Leave(wiring.Id, before);
        _endpoints.Describe(wiring);
        _interfaces.Enter(wiring.Id, wiring.HostIfIndex);
        foreach (var address in AddressesOf(wiring))
            _maps.LocalEndpoints.Update(LocalKeyOf(address), new LocalValue { Endpoint = wiring.Id });
    }

    private static ObjectSpec BlueprintOf(DatapathOptions options, FlowTicks ticks)
    {
        var blueprint = DatapathObjects.Container.Clone();
        foreach (string table in new[] { "flows", "nat" })
            blueprint.ConfigureMap(table, map => map with { MaxEntries = FlowTable.EntriesFor(options.FlowTableSize) });
        ContainerConstants.Set(blueprint, options, ticks);
        return blueprint;
    }

    private static IEnumerable<IPAddress> AddressesOf(EndpointWiring wiring)
    {
        if (wiring.IPv4 is not null)
            yield return wiring.IPv4;
        if (wiring.IPv6 is not null)
            yield return wiring.IPv6;
    }

    private static LocalKey LocalKeyOf(IPAddress address) => new() { Address = AddressCodec.Encode(address) };

    internal static void Explain(string what, Action action) => Explain(what, () =>
    {
        action();
        return true;
    });

    private static T Explain<T>(string what, Func<T> action)
    {
        try
        {
            return action();
        }
        catch (Exception e) when (IsKernelRefusal(e))
        {
            throw new DatapathException($"{what}: {e.Message}", e);
        }
    }

    private static bool IsKernelRefusal(Exception e) =>
        e is LinuxException or NetlinkException or FeatureMissingException or VerifierException or MapMismatchException or BpfObjectException or IOException or UnauthorizedAccessException;
}
