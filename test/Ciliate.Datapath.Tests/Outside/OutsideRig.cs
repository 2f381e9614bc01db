using System.Net;
using Ciliate.Bpf;
using Ciliate.Datapath.Tailoring;
using Ciliate.Datapath.Tests.Packets;
using Ciliate.Datapath.Tests.Specialization;
using Ciliate.Netlink;
using Ciliate.Testing;

namespace Ciliate.Datapath.Tests.Outside;

/// <summary>A host in a namespace of its own, with an uplink, a default route by it, and two containers. Programs are run packet by packet;
/// routes, sockets and MTUs that they ask for are the kernel's.</summary>
internal sealed class OutsideRig : IDisposable
{
    public const ushort WebId = 1, DbId = 2;
    public const ushort FirstPort = 61000;
    public const int Mtu = 1500;
    private const string UplinkName = "eth0";

    public static readonly IPAddress IPv4 = IPAddress.Parse("198.51.100.2"), IPv6 = IPAddress.Parse("2001:db8:51::2");

    private readonly BpfFileSystem _bpffs = new();
    private readonly Dictionary<Station, int> _interfaces = [];
    private readonly EndpointProgramSet _programs;
    private readonly Dictionary<Station, Lazy<TailoredPair>> _tailored = [];
    private readonly Lazy<LoadedObject> _uplink;

    /// <param name="only">The containers have an address of this family alone.</param>
    /// <param name="tailored">Each container has its own programs, made for it.</param>
    public OutsideRig(
        ushort lastPort = ushort.MaxValue, bool masquerade = true, FlowTimeouts? timeouts = null, bool allProtocols = false, bool strict = false,
        Family? only = null, bool tailored = false)
    {
        Link = AddVeth(UplinkName);
        Forward(UplinkName, true, Family.IPv4, Family.IPv6);
        Host.Route.AddAddress(Link.Index, IPv4, 24);
        Host.Route.AddAddress(Link.Index, IPv6, 64);
        Host.Route.AddRoute(DefaultRoute(Family.IPv4));
        Host.Route.AddRoute(DefaultRoute(Family.IPv6));
        var options = new MasqueradeOptions(masquerade, masquerade, FirstPort, lastPort, allProtocols);
        var ofDatapath = Rig.OptionsOf(4096, timeouts) with { Root = _bpffs.Path, Masquerade = options };
        Datapath = Host.Run(() => KernelDatapath.OpenTables(ofDatapath));
        _programs = new EndpointProgramSet(Datapath.LoadProgram);
        Register(WebId, Rig.Web, only, tailored);
        Register(DbId, Rig.Db, only, tailored);
        var uplink = new Uplink(Link.Index, UplinkName, Mtu, IPv4, IPv6, strict);
        Datapath.RegisterUplink(uplink);
        _uplink = new(() => tailored ? TailoredUplink.Load(Datapath, ofDatapath, uplink) : Datapath.LoadProgram(uplink));
    }

    public TestNamespace Host { get; } = new("host");

    public KernelDatapath Datapath { get; }

    /// <summary>The uplink as others on its wire know it.</summary>
    public Link Link { get; }

    public Station Uplink => new("uplink", Link.Mac, IPv4, IPv6);

    public NatRow TheOnlyEntry => Xunit.Assert.Single(Datapath.DumpNat());

    public static Frame From(Station container, Family family) => Frame.From(container).To(Rig.Remote).Via(Rig.Gateway).Over(family);

    public Frame FromRemote(Family family) => Frame.From(Rig.Remote).To(Uplink).Via(Uplink).Over(family);

    /// <summary>From somebody on the way to the remote.</summary>
    public Frame FromRouter(Family family) => Frame.From(Rig.Other).To(Uplink).Via(Uplink).Over(family);

    public RouteSpec DefaultRoute(Family family) => family == Family.IPv4
        ? new(IPNetwork.Parse("0.0.0.0/0")) { LinkIndex = Link.Index, Gateway = IPAddress.Parse("198.51.100.1") }
        : new(IPNetwork.Parse("::/0")) { LinkIndex = Link.Index, Gateway = IPAddress.Parse("2001:db8:51::1") };

    /// <summary>A way to the remote that is no uplink, and goes before the others.</summary>
    public RouteSpec AddWay(string name, Family family)
    {
        var route = new RouteSpec(Rig.HostPrefix(Rig.Remote.Address(family))) { LinkIndex = AddVeth(name).Index };
        Host.Route.AddRoute(route);
        return route;
    }

    /// <summary>What a container sends.</summary>
    public Outcome Sends(Station container, byte[] frame, uint gsoSize = 0) => Run(
        ProgramOf(container, EndpointPrograms.FromContainer), frame,
        new SkBuff { IfIndex = IndexOf(container), GsoSize = gsoSize, GsoSegments = gsoSize == 0 ? 0 : (uint)frame.Length / gsoSize });

    /// <summary>What comes in by the uplink, at its program.</summary>
    public Outcome Receives(byte[] frame) => Run(_uplink.Value.Program(UplinkPrograms.FromUplink), frame, new SkBuff { IfIndex = (uint)Link.Index });

    /// <summary>What the uplink's program handed on, at the program of the container.</summary>
    public Outcome HandsTo(Station container, byte[] frame, bool translated = true) => Run(
        ProgramOf(container, EndpointPrograms.ToContainer), frame,
        new SkBuff { IfIndex = IndexOf(container), IngressIfIndex = (uint)Link.Index, Mark = translated ? TranslatedBack : 0 });

    /// <summary>An answer all the way from the wire to the container.</summary>
    public Outcome Answers(Station container, byte[] frame) => HandsTo(container, Receives(frame).IsRedirected().Data);

    public void Publish(ushort endpoint, bool enforced = false)
    {
        var verdict = new DirectionDefault(enforced, enforced ? ReservedRules.DefaultDeny : ReservedRules.NotEnforced);
        Datapath.Publish(endpoint, new PolicyTables(Rig.WebIdentity + endpoint - WebId, verdict, verdict, []));
    }

    /// <summary>Default deny on the way out, but for what the entries allow.</summary>
    public void PublishEgress(ushort endpoint, IReadOnlyCollection<PolicyEntry> entries) => Datapath.Publish(endpoint, new PolicyTables(
        Rig.WebIdentity + endpoint - WebId, new DirectionDefault(false, ReservedRules.NotEnforced), new DirectionDefault(true, ReservedRules.DefaultDeny), entries));

    /// <summary>Of what comes in by the uplink; answers to what is masqueraded do without.</summary>
    public void SetForwarding(Family family, bool on) => Forward(UplinkName, on, family);

    public OutsideRig Open()
    {
        Publish(WebId);
        Publish(DbId);
        return this;
    }

    public void Dispose()
    {
        if (_uplink.IsValueCreated)
            _uplink.Value.Dispose();
        foreach (var pair in _tailored.Values.Where(pair => pair.IsValueCreated))
            pair.Value.Dispose();
        _programs.Dispose();
        Datapath.Dispose();
        _bpffs.Dispose();
        Host.Dispose();
    }

    /// <summary>MARK_TRANSLATED_BACK of bpf/lib/mark.h.</summary>
    private const uint TranslatedBack = 0x0c11a7e1;

    private uint IndexOf(Station container) => (uint)_interfaces[container];

    private BpfProgram ProgramOf(Station container, string name) =>
        _tailored.TryGetValue(container, out var pair) ? pair.Value.Program(name) : _programs.Program(name);

    private void Register(ushort id, Station station, Family? only, bool tailored)
    {
        var link = AddVeth($"cil{id}");
        Forward(link.Name, true, Family.IPv4, Family.IPv6);
        var wiring = new EndpointWiring(
            id, link.Name, link.Index, Rig.Gateway.Mac, station.Mac, only == Family.IPv6 ? null : station.IPv4, only == Family.IPv4 ? null : station.IPv6);
        Datapath.RegisterEndpoint(wiring);
        if (tailored)
            _tailored[station] = new(() => Datapath.Tailor(wiring));
        _interfaces[station] = link.Index;
    }

    private void Forward(string link, bool on, params IReadOnlyList<Family> families) => Host.Run(() =>
    {
        foreach (var family in families)
            File.WriteAllText($"/proc/sys/net/{(family == Family.IPv4 ? "ipv4" : "ipv6")}/conf/{link}/forwarding", on ? "1" : "0");
    });

    private Link AddVeth(string name)
    {
        var link = Host.Route.CreateVeth(new VethSpec(name, $"{name}x"));
        Host.Route.SetUp(link.Index);
        Host.Route.SetUp(link.PeerIndex);
        Host.Run(() => Host.Route.SettleLink(name));
        return link;
    }

    private Outcome Run(BpfProgram program, byte[] frame, SkBuff context)
    {
        using var visit = Host.Enter();
        return Outcome.Of(program.TestRun(new TestRunInput { Data = frame, Context = context }), Datapath);
    }
}
