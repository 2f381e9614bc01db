using System.Net;
using System.Net.NetworkInformation;
using Ciliate.Bench.Topologies;
using Ciliate.Bpf;
using Ciliate.Datapath;
using Ciliate.Netlink;
using Ciliate.Testing;

namespace Ciliate.Bench.Programs.Rigs;

/// <summary>A container under policy and an uplink, in a network namespace: the programs ask the kernel for routes, sockets and MTUs.
/// Nothing is attached anywhere.</summary>
internal sealed class OutsideRig : IPacketRig
{
    private const ushort Id = 1;
    private const uint Identity = 256;
    private const string UplinkName = "eth0", HostEnd = "cil1";
    private const int Mtu = 1500;

    /// <summary>Above the source ports of the replay, so that each flow takes one at random. A container may take half of them for each port of
    /// a remote, and less than half of those are used.</summary>
    private const ushort FirstPort = 24576;

    private static readonly PhysicalAddress s_gatewayMac = new([2, 0, 0, 0, 0, 0xfe]), s_containerMac = new([2, 0, 0, 0, 0, 1]);
    private static readonly PhysicalAddress s_routerMac = new([2, 0, 0, 0, 0, 0x77]);
    private static readonly string[] s_families = ["ipv4", "ipv6"];
    private static readonly IPAddress[] s_container = [IPAddress.Parse("10.9.0.2"), IPAddress.Parse("fd09::2")];
    private static readonly IPAddress[] s_remote = [IPAddress.Parse("203.0.113.7"), IPAddress.Parse("2001:db8::7")];
    private static readonly IPAddress[] s_uplink = [IPAddress.Parse("198.51.100.2"), IPAddress.Parse("2001:db8:51::2")];
    private static readonly IPAddress[] s_router = [IPAddress.Parse("198.51.100.1"), IPAddress.Parse("2001:db8:51::1")];

    private readonly Resources _resources = new();
    private readonly TestNamespace _host;
    private readonly Link _link;
    private readonly KernelDatapath _datapath;
    private readonly Link _hostEnd;
    private readonly LoadedObject _uplink;
    private readonly EndpointWiring _wiring;
    private readonly OwnPrograms _programs;

    public OutsideRig(bool masquerade, ProgramKind kind)
    {
        _host = _resources.Add(new TestNamespace("bench-host"));
        _link = AddUplink();
        var bpffs = _resources.Add(new BpfFileSystem());
        var options = new DatapathOptions(
            bpffs.Path, RigTables.Gateway, RigTables.FlowTableSize, Masquerade: masquerade ? new MasqueradeOptions(IPv4: true, IPv6: true, FirstPort, ushort.MaxValue) : null);
        _datapath = _resources.Add(_host.Run(() => KernelDatapath.Open(options)));
        _hostEnd = AddVeth(HostEnd);
        AllowForwarding(HostEnd);
        AllowForwarding(UplinkName);
        _wiring = new EndpointWiring(Id, HostEnd, _hostEnd.Index, s_gatewayMac, s_containerMac, s_container[0], s_container[1]);
        _datapath.RegisterEndpoint(_wiring);
        _uplink = _resources.Add(_host.Run(() => _datapath.PrepareUplink(new Uplink(_link.Index, UplinkName, Mtu, s_uplink[0], s_uplink[1]))));
        RigTables.FillIpcache(_datapath);
        _datapath.Publish(Id, RigTables.Allowing(Identity, Policy.ReservedIdentities.World, Replay.OutsideDestinationPorts));
        _programs = _resources.Add(new OwnPrograms(_datapath, _wiring, kind));
    }

    /// <summary>From the container to a remote, by the stack.</summary>
    public IReadOnlyList<Subject> ToStack(bool ipv6) => [FromContainer(Outwards(ipv6), TestVerdict.Ok)];

    /// <summary>From the container to a remote, with the uplink's address and straight to the uplink.</summary>
    public IReadOnlyList<Subject> Masqueraded(bool ipv6) => [FromContainer(Outwards(ipv6), TestVerdict.Redirect)];

    /// <summary>From a remote, at the host end of the container's veth.</summary>
    public IReadOnlyList<Subject> ToContainer(bool ipv6) =>
    [
        new(_programs.ToContainer, Inwards(ipv6), TestVerdict.Ok)
        {
            Context = new SkBuff { IfIndex = (uint)_hostEnd.Index, IngressIfIndex = (uint)_link.Index },
        },
    ];

    /// <summary>From a remote to the container's own address: the uplink's program, then the container's.</summary>
    public IReadOnlyList<Subject> NodeIngress(bool ipv6) =>
    [
        new(_uplink.Program("from_uplink"), Inwards(ipv6), TestVerdict.Redirect) { Context = new SkBuff { IfIndex = (uint)_link.Index } },
        .. ToContainer(ipv6),
    ];

    /// <summary>Makes and loads the container's own programs, and lets go of them.</summary>
    /// <returns>Until they were made, and from then until they were loaded.</returns>
    public (TimeSpan Making, TimeSpan Loading) MakePrograms()
    {
        using var pair = _datapath.Tailor(_wiring);
        var all = pair.Times;
        return (Sum(times => times.Making), Sum(times => times.Loading));

        TimeSpan Sum(Func<ProgramTimes, TimeSpan> part) => all.Aggregate(TimeSpan.Zero, (sum, times) => sum + part(times));
    }

    /// <summary>All that are loaded for a container and an uplink.</summary>
    public IEnumerable<BpfProgram> Programs =>
        [_programs.FromContainer, _programs.ToContainer, .. _uplink.Programs.Values];

    public T Run<T>(Func<T> work) => _host.Run(work);

    public int TakeEvents() => RigTables.TakeEvents(_datapath);

    public void Dispose() => _resources.Dispose();

    private Subject FromContainer(Packet packet, int verdict) => new(_programs.FromContainer, packet, verdict)
    {
        Context = new SkBuff { IfIndex = (uint)_hostEnd.Index },
    };

    private static Packet Outwards(bool ipv6) => new(s_gatewayMac, s_containerMac, Of(s_container, ipv6), Of(s_remote, ipv6))
    {
        SourcePortBits = Replay.OutsideSourcePortBits,
    };

    private Packet Inwards(bool ipv6) => new(_link.Mac, s_routerMac, Of(s_remote, ipv6), Of(s_container, ipv6))
    {
        SourcePortBits = Replay.OutsideSourcePortBits,
    };

    private static IPAddress Of(IPAddress[] families, bool ipv6) => families[ipv6 ? 1 : 0];

    private Link AddUplink()
    {
        var link = AddVeth(UplinkName);
        _host.Route.AddAddress(link.Index, s_uplink[0], 24);
        _host.Route.AddAddress(link.Index, s_uplink[1], 64);
        _host.Route.AddRoute(new RouteSpec(IPNetwork.Parse("0.0.0.0/0")) { LinkIndex = link.Index, Gateway = s_router[0] });
        _host.Route.AddRoute(new RouteSpec(IPNetwork.Parse("::/0")) { LinkIndex = link.Index, Gateway = s_router[1] });
        return link;
    }

    private void AllowForwarding(string name) => _host.Run(() =>
    {
        foreach (var family in s_families)
            File.WriteAllText($"/proc/sys/net/{family}/conf/{name}/forwarding", "1");
    });

    private Link AddVeth(string name)
    {
        var link = _host.Route.CreateVeth(new VethSpec(name, $"{name}x"));
        _host.Route.SetUp(link.Index);
        _host.Route.SetUp(link.PeerIndex);
        _host.Run(() => _host.Route.SettleLink(name));
        return link;
    }
}
