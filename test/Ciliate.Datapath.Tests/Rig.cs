using System.Net;
using System.Net.NetworkInformation;
using Ciliate.Bpf;
using Ciliate.Datapath.Abi;
using Ciliate.Datapath.Tests.Packets;
using Ciliate.Testing;

namespace Ciliate.Datapath.Tests;

/// <summary>A datapath of its own with two containers, web and db, whose programs are run packet by packet (BPF_PROG_TEST_RUN) without any
/// interface: maps, programs and verdicts are the kernel's, only the wire is missing.</summary>
public sealed class Rig : IDisposable
{
    public const ushort WebId = 1, DbId = 2;
    public const uint WebIdentity = 256, DbIdentity = 257;
    private const int WebIfIndex = 101, DbIfIndex = 102;
    private const uint FlowTableSize = 8192;

    public static readonly Station Gateway = NewStation("gateway", 0xfe, "10.9.0.1", "fd09::1");
    public static readonly Station Web = NewStation("web", 1, "10.9.0.2", "fd09::2");
    public static readonly Station Db = NewStation("db", 2, "10.9.0.3", "fd09::3");
    public static readonly Station Remote = NewStation("remote", 0x77, "203.0.113.7", "2001:db8::7");
    public static readonly Station Other = NewStation("other", 0x78, "203.0.113.1", "2001:db8::1");

    private readonly BpfFileSystem _bpffs = new();
    private readonly Dictionary<ushort, EndpointProgramSet> _programs = [];
    private readonly List<PolicyEntry> _webEntries = [], _dbEntries = [];

    public Rig(DatapathOptions? options = null)
    {
        Datapath = KernelDatapath.OpenTables((options ?? new DatapathOptions("", FlowTableSize)) with { Root = _bpffs.Path });
        Register(WebId, Web);
        Register(DbId, Db);
        Datapath.UpsertIpcache(HostPrefix(Gateway.IPv4), (uint)ReservedIdentity.Host);
        Datapath.UpsertIpcache(HostPrefix(Gateway.IPv6), (uint)ReservedIdentity.Host);
    }

    public KernelDatapath Datapath { get; }

    /// <summary>Where its maps are pinned.</summary>
    public string Root => _bpffs.Path;

    /// <summary>Makes the container known.</summary>
    public void Register(ushort id, Station station)
    {
        if (_programs.Remove(id, out var previous))
            previous.Dispose();
        _programs[id] = new EndpointProgramSet(Datapath, WiringOf(id, station, IfIndexOf(station)));
    }

    /// <summary>Default deny in both directions for both containers, but for what is allowed before.</summary>
    public Rig Enforce()
    {
        Publish(WebId, WebIdentity, _webEntries, enforced: true);
        Publish(DbId, DbIdentity, _dbEntries, enforced: true);
        return this;
    }

    /// <summary>No policy selects anybody.</summary>
    public Rig Open()
    {
        Publish(WebId, WebIdentity, [], enforced: false);
        Publish(DbId, DbIdentity, [], enforced: false);
        return this;
    }

    public uint Publish(ushort endpoint, uint identity, IReadOnlyCollection<PolicyEntry> entries, bool enforced)
    {
        var verdict = new DirectionDefault(enforced, enforced ? ReservedRules.DefaultDeny : ReservedRules.NotEnforced);
        return Datapath.Publish(endpoint, new PolicyTables(identity, verdict, verdict, entries));
    }

    /// <summary>Web may open connections of <paramref name="protocol"/> to db's <paramref name="port"/>; 0 stands for any.</summary>
    public Rig AllowWebToDb(byte protocol, ushort port, int prefixLength = 16)
    {
        byte length = port == 0 ? (byte)0 : (byte)prefixLength;
        _webEntries.Add(new PolicyEntry(TrafficDirection.Egress, DbIdentity, protocol, port, length, false, 10, 100));
        _dbEntries.Add(new PolicyEntry(TrafficDirection.Ingress, WebIdentity, protocol, port, length, false, 10, 200));
        return this;
    }

    /// <summary>What a container sends, at the ingress hook of its veth's host end.</summary>
    public Outcome WebSends(byte[] frame) => Run(_programs[WebId].FromContainer, frame, 0);

    /// <summary>The verdict alone, for many packets in a row.</summary>
    public int VerdictOfWeb(byte[] frame) => _programs[WebId].FromContainer.TestRun(new TestRunInput { Data = frame }).ReturnValue;

    /// <summary>The verdict alone on what a registered container sends. Thread-safe.</summary>
    public int VerdictOf(ushort id, byte[] frame) => _programs[id].FromContainer.TestRun(new TestRunInput { Data = frame, OutputRoom = 0 }).ReturnValue;

    public Outcome DbSends(byte[] frame) => Run(_programs[DbId].FromContainer, frame, 0);

    /// <summary>What the host's stack routes to db, at the egress hook.</summary>
    /// <param name="arrivedOn">Interface the packet came in by; 0 when the host itself sends it.</param>
    public Outcome HostSendsToDb(byte[] frame, int arrivedOn = 0) => HostSendsTo(DbId, frame, arrivedOn);

    public Outcome HostSendsTo(ushort id, byte[] frame, int arrivedOn) => Run(_programs[id].ToContainer, frame, arrivedOn);

    public Frame FromWeb(Family family) => Frame.From(Web).To(Db).Via(Gateway).Over(family);

    public Frame FromDb(Family family) => Frame.From(Db).To(Web).Via(Gateway).Over(family);

    public static IPNetwork HostPrefix(IPAddress address) => new(address, address.GetAddressBytes().Length * 8);

    public static int IfIndexOf(Station station) => station == Web ? WebIfIndex : DbIfIndex;

    public void Dispose()
    {
        foreach (var programs in _programs.Values)
            programs.Dispose();
        Datapath.Dispose();
        _bpffs.Dispose();
    }

    private Outcome Run(BpfProgram program, byte[] frame, int arrivedOn) => Outcome.Of(
        program.TestRun(new TestRunInput { Data = frame, Context = new SkBuff { IngressIfIndex = (uint)arrivedOn } }), Datapath);

    private static EndpointWiring WiringOf(ushort id, Station station, int ifIndex) => new(
        id, $"cil{id}", ifIndex, Gateway.Mac, station.Mac, station.IPv4, station.IPv6, Gateway.IPv4, Gateway.IPv6, IPAddress.Parse("10.9.0.255"));

    private static Station NewStation(string name, byte last, string ipv4, string ipv6) =>
        new(name, new PhysicalAddress([0x02, 0, 0, 0, 0, last]), IPAddress.Parse(ipv4), IPAddress.Parse(ipv6));
}
