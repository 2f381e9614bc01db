using System.Net;
using System.Net.NetworkInformation;
using Ciliate.Bpf;
using Ciliate.Datapath.Abi;
using Ciliate.Datapath.Tests.Packets;
using Ciliate.Testing;

namespace Ciliate.Datapath.Tests;

/// <summary>A datapath of its own with two containers, web and db, at whose interfaces programs are run packet by packet (BPF_PROG_TEST_RUN):
/// maps, programs and verdicts are the kernel's, only the wire is missing.</summary>
public sealed class Rig : IDisposable
{
    public const ushort WebId = 1, DbId = 2;
    public const uint WebIdentity = 256, DbIdentity = 257;
    private const uint FlowTableSize = 8192;

    public static readonly Station Gateway = NewStation("gateway", 0xfe, "10.9.0.1", "fd09::1");
    public static readonly Station Web = NewStation("web", 1, "10.9.0.2", "fd09::2");
    public static readonly Station Db = NewStation("db", 2, "10.9.0.3", "fd09::3");
    public static readonly Station Remote = NewStation("remote", 0x77, "203.0.113.7", "2001:db8::7");
    public static readonly Station Other = NewStation("other", 0x78, "203.0.113.1", "2001:db8::1");

    private readonly BpfFileSystem _bpffs = new();
    private readonly HostEnds _ends = new();
    private readonly EndpointProgramSet _programs;
    private readonly List<PolicyEntry> _webEntries = [], _dbEntries = [];

    public Rig(DatapathOptions? options = null)
    {
        Datapath = KernelDatapath.OpenTables((options ?? OptionsOf(FlowTableSize)) with { Root = _bpffs.Path });
        _programs = new EndpointProgramSet(Datapath.LoadProgram);
        Register(WebId, Web);
        Register(DbId, Db);
        Datapath.UpsertIpcache(HostPrefix(Gateway.IPv4), (uint)ReservedIdentity.Host);
        Datapath.UpsertIpcache(HostPrefix(Gateway.IPv6), (uint)ReservedIdentity.Host);
    }

    public KernelDatapath Datapath { get; }

    /// <summary>Where its maps are pinned.</summary>
    public string Root => _bpffs.Path;

    /// <summary>A datapath for these containers; the root is the rig's to fill in.</summary>
    public static DatapathOptions OptionsOf(uint flowTableSize, FlowTimeouts? timeouts = null) =>
        new("", new GatewayOptions(Gateway.IPv4, Gateway.IPv6, IPAddress.Parse("10.9.0.255")), flowTableSize, timeouts);

    /// <summary>Makes the container known.</summary>
    public void Register(ushort id, Station station) =>
        Datapath.RegisterEndpoint(WiringOf(id, station));

    /// <summary>How the container is connected.</summary>
    public EndpointWiring WiringOf(ushort id, Station station) =>
        new(id, $"cil{id}", _ends.Add(id), Gateway.Mac, station.Mac, station.IPv4, station.IPv6);

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
    public Outcome WebSends(byte[] frame) => Sends(WebId, frame);

    /// <summary>The verdict alone, for many packets in a row.</summary>
    public int VerdictOfWeb(byte[] frame) => VerdictOf(WebId, frame);

    /// <summary>For a thread that sends much: it need not come and go for each packet.</summary>
    public void Inside(Action work) => _ends.Host.Run(work);

    /// <summary>The verdict alone on what a registered container sends. Thread-safe.</summary>
    public int VerdictOf(ushort id, byte[] frame) => Run(_programs.FromContainer, id, frame, 0).ReturnValue;

    public Outcome DbSends(byte[] frame) => Sends(DbId, frame);

    /// <summary>What comes in by an interface of <see cref="HostEnds"/>, whether it is an endpoint's or not.</summary>
    public Outcome Sends(int end, byte[] frame)
    {
        _ends.Add(end);
        return Outcome.Of(Run(_programs.FromContainer, end, frame, 0), Datapath);
    }

    /// <summary>What the host's stack routes to db, at the egress hook.</summary>
    /// <param name="arrivedOn">Interface the packet came in by; 0 when the host itself sends it.</param>
    public Outcome HostSendsToDb(byte[] frame, int arrivedOn = 0) => HostSendsTo(DbId, frame, arrivedOn);

    public Outcome HostSendsTo(int end, byte[] frame, int arrivedOn) => Outcome.Of(Run(_programs.ToContainer, end, frame, arrivedOn), Datapath);

    public Frame FromWeb(Family family) => Frame.From(Web).To(Db).Via(Gateway).Over(family);

    public Frame FromDb(Family family) => Frame.From(Db).To(Web).Via(Gateway).Over(family);

    public static IPNetwork HostPrefix(IPAddress address) => new(address, address.GetAddressBytes().Length * 8);

    public static int IfIndexOf(Station station) => HostEnds.IndexOf(station == Web ? WebId : DbId);

    public void Dispose()
    {
        _programs.Dispose();
        Datapath.Dispose();
        _ends.Dispose();
        _bpffs.Dispose();
    }

    /// <summary>A program of the test's at an interface of <see cref="HostEnds"/>.</summary>
    public Outcome Runs(BpfProgram program, int end, byte[] frame) => Outcome.Of(Run(program, end, frame, 0), Datapath);

    private TestRunResult Run(BpfProgram program, int end, byte[] frame, int arrivedOn)
    {
        using var visit = _ends.Host.Enter();
        return program.TestRun(new TestRunInput
        {
            Data = frame,
            Context = new SkBuff { IfIndex = (uint)HostEnds.IndexOf(end), IngressIfIndex = (uint)arrivedOn },
        });
    }

    private static Station NewStation(string name, byte last, string ipv4, string ipv6) =>
        new(name, new PhysicalAddress([0x02, 0, 0, 0, 0, last]), IPAddress.Parse(ipv4), IPAddress.Parse(ipv6));
}
