using System.Net;
using Ciliate.Bpf;
using Ciliate.Datapath;
using Ciliate.Datapath.Tests.Packets;
using Ciliate.Netlink;
using Ciliate.Oracle.Frames;
using Ciliate.Testing;

namespace Ciliate.Verdicts.Tests.Frames;

/// <summary>A host in a namespace of its own with the containers of a <see cref="World"/> and an uplink, all with masquerade on. Programs are
/// run frame by frame; the routes and MTUs that they ask for are the kernel's. Everything is called inside the namespace. With twins each container's
/// own programs are run beside those that all share, with maps of their own.</summary>
internal sealed class FrameRig : IDisposable
{
    private const int Mtu = 1500;
    private const ushort FirstPort = 61000;

    /// <summary>MARK_TRANSLATED_BACK of bpf/lib/mark.h.</summary>
    private const uint TranslatedBack = 0x0c11a7e1;

    public static readonly IPAddress UplinkIPv4 = IPAddress.Parse("192.0.2.2"), UplinkIPv6 = IPAddress.Parse("2001:db8:51::2");

    /// <summary>Of the uplink's IPv4 network.</summary>
    public static readonly IPAddress UplinkBroadcast = IPAddress.Parse("192.0.2.255");

    /// <summary>Of all routers in the uplink's IPv6 network, and so of a host that forwards there (RFC 4291, 2.6.1).</summary>
    public static readonly IPAddress UplinkAnycast = IPAddress.Parse("2001:db8:51::");
    private static readonly IPAddress s_broadcast = IPAddress.Parse("10.9.0.255");
    private static readonly FlowTimeouts s_patience =
        new(TimeSpan.FromHours(1), TimeSpan.FromHours(1), TimeSpan.FromHours(1), TimeSpan.FromHours(1));


    private readonly FrameSetup _setup;
    private readonly KernelSide _kernel;
    private readonly KernelSide? _twin;
    private readonly LoadedObject[] _uplinkPrograms;
    private readonly Link _uplink;
    private readonly Link _other;
    private readonly Link[] _links;

    public FrameRig(TestNamespace host, FrameSetup setup)
    {
        _setup = setup;
        _uplink = AddVeth(host, "eth0");
        _other = AddVeth(host, "lan0");
        Forward(_uplink, _other);
        host.Route.AddAddress(_uplink.Index, UplinkIPv4, 24);
        host.Route.AddAddress(_uplink.Index, UplinkIPv6, 64);
        host.Route.AddRoute(new RouteSpec(IPNetwork.Parse("0.0.0.0/0")) { LinkIndex = _uplink.Index, Gateway = IPAddress.Parse("192.0.2.1") });
        host.Route.AddRoute(new RouteSpec(IPNetwork.Parse("::/0")) { LinkIndex = _uplink.Index, Gateway = IPAddress.Parse("2001:db8:51::1") });
        _links = [.. Stations.Containers.Select((_, index) => AddVeth(host, $"cil{index + 1}"))];
        Forward(_links);
        EndpointWiring[] containers = [.. Stations.Containers.Select((station, index) => WiringOf(index, station, setup.Only))];
        _kernel = new KernelSide(OptionsOf(setup), containers, tailored: false, compared: setup.Twins);
        _twin = setup.Twins ? new KernelSide(OptionsOf(setup), containers, tailored: true, compared: true) : null;
        _uplinkPrograms = [.. Kernels.Select(kernel => kernel.Datapath.PrepareUplink(new Uplink(_uplink.Index, "eth0", Mtu, UplinkIPv4, UplinkIPv6)))];
        foreach (var kernel in Kernels)
        {
            foreach (string entity in World.Entities)
                kernel.Know(Stations.OfEntity(entity).IPv4, Stations.OfEntity(entity).IPv6, Engine.Reserved(entity));
            kernel.Know(Stations.Gateway.IPv4, Stations.Gateway.IPv6, Engine.Reserved("host"));
            kernel.Know(UplinkIPv4, UplinkIPv6, Engine.Reserved("host"));
        }
        Site = MakeSite();
    }

    public Site Site { get; }

    public byte[] UplinkMac => _uplink.Mac.GetAddressBytes();

    /// <summary>As <see cref="FrameShot.ArrivedOn"/> says it, as the kernel does.</summary>
    public int InterfaceOf(int arrivedOn) => arrivedOn switch
    {
        FrameShot.ByHost => 0,
        FrameShot.ByUplink => _uplink.Index,
        FrameShot.ByOthers => _other.Index,
        _ => _links[arrivedOn].Index,
    };

    /// <summary>Puts a round's tables and prefixes in the place of those before.</summary>
    public void Publish(Engine engine, Func<PolicyEntry, PolicyEntry>? change)
    {
        _kernel.Publish(engine, change);
        _twin?.Publish(engine, _setup.TwinChange ?? change);
    }

    /// <summary>What the programs that all share did, and how the container's own did otherwise; null: they did not.</summary>
    public (Observation Seen, string? Difference) Run(FrameShot shot)
    {
        var input = new TestRunInput { Data = shot.Frame, OutputRoom = shot.Frame.Length + 64, Context = ContextOf(shot) };
        Observation[] seen = [.. Kernels.Select((kernel, index) => shot.Hook == HookPoint.FromUplink
            ? kernel.Run(_uplinkPrograms[index].Program(UplinkPrograms.FromUplink), input)
            : kernel.Run(shot.Hook == HookPoint.FromContainer ? EndpointPrograms.FromContainer : EndpointPrograms.ToContainer, shot.Container, input))];
        return (seen[0], Observation.Difference(seen[0], seen[^1]));
    }

    public void Dispose()
    {
        foreach (var program in _uplinkPrograms)
            program.Dispose();
        foreach (var kernel in Kernels)
            kernel.Dispose();
    }

    private IEnumerable<KernelSide> Kernels => _twin is null ? [_kernel] : [_kernel, _twin];

    private SkBuff ContextOf(FrameShot shot) => shot.Hook switch
    {
        HookPoint.FromContainer => new SkBuff { IfIndex = (uint)_links[shot.Container].Index },
        HookPoint.FromUplink => new SkBuff { IfIndex = (uint)_uplink.Index },
        _ => new SkBuff
        {
            IfIndex = (uint)_links[shot.Container].Index,
            IngressIfIndex = (uint)InterfaceOf(shot.ArrivedOn),
            Mark = shot.Translated ? TranslatedBack : 0,
        },
    };

    /// <summary>Of twins neither draws a port by chance, and no flow ends between the one and the other.</summary>
    private static DatapathOptions OptionsOf(FrameSetup setup) => new(
        "", new GatewayOptions(Stations.Gateway.IPv4, Stations.Gateway.IPv6, s_broadcast),
        Timeouts: setup.Twins ? s_patience : null,
        Masquerade: new MasqueradeOptions(true, true, FirstPort, setup.Twins ? FirstPort : ushort.MaxValue, AllProtocols: true));

    private EndpointWiring WiringOf(int index, Station station, Family? only) => new(
        (ushort)(index + 1), _links[index].Name, _links[index].Index, Stations.Gateway.Mac, station.Mac,
        only == Family.IPv6 ? null : station.IPv4, only == Family.IPv4 ? null : station.IPv6);

    private static void Forward(params IReadOnlyList<Link> links)
    {
        foreach (var link in links)
        {
            foreach (string family in new[] { "ipv4", "ipv6" })
                File.WriteAllText($"/proc/sys/net/{family}/conf/{link.Name}/forwarding", "1");
        }
    }

    private Site MakeSite() => new(
        [.. Stations.Containers.Select((station, i) =>
            new ContainerSite(station.Mac.GetAddressBytes(), Wire.Address(station.IPv4), Wire.Address(station.IPv6), _links[i].Index))],
        Stations.Gateway.Mac.GetAddressBytes(), Wire.Address(Stations.Gateway.IPv4), Wire.Address(Stations.Gateway.IPv6), Wire.Address(s_broadcast),
        Wire.Address(UplinkIPv4), Wire.Address(UplinkIPv6), Mtu, FirstPort);

    private static Link AddVeth(TestNamespace host, string name)
    {
        var link = host.Route.CreateVeth(new VethSpec(name, $"{name}x"));
        host.Route.SetUp(link.Index);
        host.Route.SetUp(link.PeerIndex);
        host.Route.SettleLink(name);
        return link;
    }
}
