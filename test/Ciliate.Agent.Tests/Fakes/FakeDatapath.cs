using System.Globalization;
using System.Net;
using System.Threading.Channels;
using Ciliate.Datapath;

namespace Ciliate.Agent.Tests.Fakes;

/// <summary>A datapath that remembers instead of filtering, and tells the calls in the order they came. <see cref="Fail"/> may throw
/// before a call takes effect.</summary>
internal sealed class FakeDatapath : IDatapath
{
    private readonly Channel<VerdictEvent> _events = Channel.CreateBounded<VerdictEvent>(64);
    private uint _generation;

    public List<string> Calls { get; } = [];

    public Action<string>? Fail { get; set; }

    /// <summary>Whether the interface with that index is still there, in whatever namespace.</summary>
    public Func<int, bool> InterfaceLives { get; set; } = _ => false;

    public Dictionary<ushort, EndpointWiring> Attached { get; } = [];

    public Dictionary<ushort, PolicyTables> Published { get; } = [];

    public Dictionary<IPNetwork, uint> Ipcache { get; } = [];

    public ChannelReader<VerdictEvent> Events => _events.Reader;

    public ulong LostEvents => 0;

    public HookKind Hooks => HookKind.Clsact;

    public void Emit(VerdictEvent verdict)
    {
        if (!_events.Writer.TryWrite(verdict))
            throw new InvalidOperationException("nobody takes the events");
    }

    public void AttachEndpoint(EndpointWiring wiring)
    {
        using IPreparedPrograms programs = PreparePrograms(wiring);
        programs.Attach();
    }

    public IPreparedPrograms PreparePrograms(EndpointWiring wiring)
    {
        Fail?.Invoke($"prepare {wiring.Id}");
        return new Prepared(this, wiring);
    }

    public IReadOnlyList<UserMapRow> ReadUserMaps(EndpointWiring wiring) => [];

    public void PruneUserMaps(IReadOnlyCollection<EndpointWiring> endpoints)
    {
    }

    private sealed class Prepared(FakeDatapath datapath, EndpointWiring wiring) : IPreparedPrograms
    {
        public void Attach()
        {
            datapath.Enter($"attach {wiring.Id}");
            datapath.Attached[wiring.Id] = wiring;
            datapath.Missing.Remove(wiring.Id);
        }

        public void Dispose()
        {
        }
    }

    /// <summary>What comes of settling; null: nothing was to be done.</summary>
    public SettledPrograms? Settled { get; set; }

    public SettledPrograms? SettlePrograms(ushort endpointId)
    {
        Enter($"settle {endpointId}");
        return Settled;
    }

    /// <summary>What programs are reported.</summary>
    public List<ProgramReport> Programs { get; } = [];

    public EndpointProgramReport ReadPrograms(ushort endpointId, bool withCode = false) =>
        new(Settled?.State ?? TailoringState.Pending, Settled?.Refusal, [.. Programs.Select(program => withCode ? program : program with { Code = null })]);

    public EndpointProgramReport ReadSharedPrograms(bool withCode = false) => ReadPrograms(0, withCode) with { State = TailoringState.Off, Refusal = null };

    public int UsableInterface(int ifIndex) => ifIndex;

    public SmallPolicy? ReadSmallPolicy(ushort endpointId) => null;

    public void DetachEndpoint(ushort endpointId)
    {
        Enter($"detach {endpointId}");
        Attached.Remove(endpointId);
        Published.Remove(endpointId);
    }

    public IReadOnlyList<ushort> AttachedEndpoints() => [.. Attached.Keys.Order()];

    public int AttachedInterface(ushort endpointId) =>
        Attached.TryGetValue(endpointId, out EndpointWiring? wiring) && InterfaceLives(wiring.HostIfIndex) ? wiring.HostIfIndex : 0;

    /// <summary>Programs that somebody took away, by endpoint; attaching brings them back.</summary>
    public Dictionary<ushort, IReadOnlyList<string>> Missing { get; } = [];

    public IReadOnlyList<string> MissingPrograms(ushort endpointId) => Missing.GetValueOrDefault(endpointId) ?? [];

    /// <summary>Uplinks whose program somebody took away; setting them brings it back.</summary>
    public HashSet<Uplink> LostUplinks { get; } = [];

    public bool RunsAtUplink(Uplink uplink) => !LostUplinks.Contains(uplink);

    public uint Publish(ushort endpointId, PolicyTables tables)
    {
        Enter($"publish {endpointId}");
        if (!Attached.ContainsKey(endpointId))
            throw new InvalidOperationException($"endpoint {endpointId} is published before it is attached");
        Published[endpointId] = tables with { Entries = [.. tables.Entries] };
        return ++_generation;
    }

    public void AddEntries(ushort endpointId, IReadOnlyCollection<PolicyEntry> entries)
    {
        PolicyEntry[] added = [.. entries];
        Enter($"add {endpointId} {Peers(added)}");
        PolicyTables tables = Published[endpointId];
        Published[endpointId] = tables with { Entries = [.. tables.Entries, .. added] };
    }

    public void RemoveEntries(ushort endpointId, IReadOnlyCollection<PolicyEntry> entries)
    {
        HashSet<PolicyEntry> removed = [.. entries];
        Enter($"remove {endpointId} {Peers(removed)}");
        PolicyTables tables = Published[endpointId];
        Published[endpointId] = tables with { Entries = [.. tables.Entries.Where(entry => !removed.Contains(entry))] };
    }

    public void SetUplinks(IReadOnlyList<Uplink> uplinks)
    {
        Enter($"uplinks {string.Join(' ', uplinks.Select(uplink => uplink.Name))}");
        LostUplinks.Clear();
    }

    public void SetMasqueradeExclusions(IReadOnlyList<IPNetwork> prefixes) => Enter($"exclusions {string.Join(' ', prefixes)}");

    public IReadOnlyList<NatRow> DumpNat() => [];

    public void UpsertIpcache(IPNetwork prefix, uint identity)
    {
        Enter($"ipcache {prefix} {identity}");
        Ipcache[prefix] = identity;
    }

    public void DeleteIpcache(IPNetwork prefix)
    {
        Enter($"uncache {prefix}");
        Ipcache.Remove(prefix);
    }

    public void UpsertPrefixes(IReadOnlyCollection<IpcacheRow> rows)
    {
        Enter($"prefixes {string.Join(',', rows.Select(row => row.Prefix))}");
        foreach (IpcacheRow row in rows)
            Ipcache[row.Prefix] = row.Identity;
    }

    public void DeletePrefixes(IReadOnlyCollection<IPNetwork> prefixes)
    {
        Enter($"unprefix {string.Join(',', prefixes)}");
        foreach (IPNetwork prefix in prefixes)
            Ipcache.Remove(prefix);
    }

    public void WaitForReaders() => Enter("wait");

    public void CompleteUpgrade()
    {
    }

    public void ReclaimGenerations()
    {
    }

    public CollectionRound CollectFlows(CancellationToken cancellation) => new(Scanned: 15, Removed: 3, TimeSpan.FromMicroseconds(214));

    public IReadOnlyList<EndpointRow> DumpEndpoints() =>
    [
        .. Attached.Values.Select(wiring => new EndpointRow(
            wiring.Id, 1, 1, wiring.HostIfIndex, wiring.ContainerMac, wiring.IPv4, wiring.IPv6, Published.GetValueOrDefault(wiring.Id)?.Identity ?? 0, 0, 0)),
    ];

    public IReadOnlyList<PolicyRow> DumpPolicy() =>
        [.. Published.SelectMany(pair => pair.Value.Entries.Select(entry => new PolicyRow(pair.Key, 1, entry)))];

    public IReadOnlyList<FlowRow> DumpFlows() => [];

    public IReadOnlyList<IpcacheRow> DumpIpcache() => [.. Ipcache.Select(pair => new IpcacheRow(pair.Key, pair.Value))];

    public EndpointCounters ReadCounters(ushort endpointId) =>
        Attached.ContainsKey(endpointId) ? new(endpointId, 1, 100, 2, 200, 3, 4) : EndpointCounters.None with { EndpointId = endpointId };

    public DatapathCounters ReadCounters() => new(
        [.. Attached.Keys.Select(ReadCounters)],
        [new DropCount(3, TrafficDirection.Egress, 4, 400)],
        new EndpointCounters(0, 10, 1000, 20, 2000, 30, 40));

    /// <summary>Lines of the policy table; nothing but <see cref="ReadFill"/> asks for it.</summary>
    public int PolicyCapacity { get; set; } = 1 << 20;

    public TableFill ReadFill() => new(Flows: 12, PolicyEntries: 34, PolicyCapacity);

    public int CountNat() => 5;

    public void Dispose() => _events.Writer.TryComplete();

    private static string Peers(IEnumerable<PolicyEntry> entries) =>
        string.Join(',', entries.Select(entry => entry.Peer.ToString(CultureInfo.InvariantCulture)).Distinct());

    private void Enter(string call)
    {
        Fail?.Invoke(call);
        Calls.Add(call);
    }
}
