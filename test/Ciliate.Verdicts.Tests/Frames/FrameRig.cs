using System.Net;
using Ciliate.Bpf;
using Ciliate.Datapath;
using Ciliate.Netlink;
using Ciliate.Oracle.Frames;
using Ciliate.Testing;

namespace Ciliate.Verdicts.Tests.Frames;

/// <summary>A host in a namespace of its own with the containers of a <see cref="World"/> and an uplink, all with masquerade on. Programs are
/// run frame by frame; the routes and MTUs that they ask for are the kernel's. Everything is called inside the namespace.</summary>
internal sealed class FrameRig : IDisposable
{
    private const int Mtu = 1500, FirstPort = 61000;

    /// <summary>MARK_TRANSLATED_BACK of bpf/lib/mark.h.</summary>
    private const uint TranslatedBack = 0x0c11a7e1;

    public static readonly IPAddress UplinkIPv4 = IPAddress.Parse("192.0.2.2"), UplinkIPv6 = IPAddress.Parse("2001:db8:51::2");

    /// <summary>Of the uplink's IPv4 network.</summary>
    public static readonly IPAddress UplinkBroadcast = IPAddress.Parse("192.0.2.255");

    /// <summary>Of all routers in the uplink's IPv6 network, and so of a host that forwards there (RFC 4291, 2.6.1).</summary>
    public static readonly IPAddress UplinkAnycast = IPAddress.Parse("2001:db8:51::");
    private static readonly IPAddress s_broadcast = IPAddress.Parse("10.9.0.255");

    private readonly BpfFileSystem _bpffs = new();
    private readonly KernelDatapath _datapath;
    private readonly LoadedObject _uplinkPrograms;
    private readonly Link _uplink;
    private readonly Link _other;
    private readonly Link[] _links;
    private readonly List<IPNetwork> _prefixes = [];

    public FrameRig(TestNamespace host)
    {
        _uplink = AddVeth(host, "eth0");
        _other = AddVeth(host, "lan0");
        Forward(_uplink, _other);
        host.Route.AddAddress(_uplink.Index, UplinkIPv4, 24);
        host.Route.AddAddress(_uplink.Index, UplinkIPv6, 64);
        host.Route.AddRoute(new RouteSpec(IPNetwork.Parse("0.0.0.0/0")) { LinkIndex = _uplink.Index, Gateway = IPAddress.Parse("192.0.2.1") });
        host.Route.AddRoute(new RouteSpec(IPNetwork.Parse("::/0")) { LinkIndex = _uplink.Index, Gateway = IPAddress.Parse("2001:db8:51::1") });
        _datapath = KernelDatapath.Open(new DatapathOptions(
            _bpffs.Path, new GatewayOptions(Stations.Gateway.IPv4, Stations.Gateway.IPv6, s_broadcast),
            Masquerade: new MasqueradeOptions(true, true, FirstPort, ushort.MaxValue, AllProtocols: true)));
        _links = [.. Stations.Containers.Select((_, index) => AddVeth(host, $"cil{index + 1}"))];
        for (int i = 0; i < _links.Length; i++)
            Register(i);
        _uplinkPrograms = _datapath.PrepareUplink(new Uplink(_uplink.Index, "eth0", Mtu, UplinkIPv4, UplinkIPv6));
        foreach (string entity in World.Entities)
            Know(Stations.OfEntity(entity).IPv4, Stations.OfEntity(entity).IPv6, Engine.Reserved(entity));
        Know(Stations.Gateway.IPv4, Stations.Gateway.IPv6, Engine.Reserved("host"));
        Know(UplinkIPv4, UplinkIPv6, Engine.Reserved("host"));
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
        foreach (var prefix in _prefixes)
            _datapath.DeleteIpcache(prefix);
        _prefixes.Clear();
        foreach (var identity in engine.Prefixes)
        {
            _datapath.UpsertIpcache(identity.Prefix!.Value, identity.Number);
            _prefixes.Add(identity.Prefix.Value);
        }
        for (int i = 0; i < _links.Length; i++)
            _datapath.Publish((ushort)(i + 1), engine.TablesOf(i, change));
    }

    /// <summary>The program's verdict and the frame as it left it.</summary>
    public TestRunResult Run(FrameShot shot) => ProgramOf(shot).TestRun(new TestRunInput
    {
        Data = shot.Frame,
        OutputRoom = shot.Frame.Length + 64,
        Context = shot.Hook switch
        {
            HookPoint.FromContainer => new SkBuff { IfIndex = (uint)_links[shot.Container].Index },
            HookPoint.FromUplink => new SkBuff { IfIndex = (uint)_uplink.Index },
            _ => new SkBuff
            {
                IfIndex = (uint)_links[shot.Container].Index,
                IngressIfIndex = (uint)InterfaceOf(shot.ArrivedOn),
                Mark = shot.Translated ? TranslatedBack : 0,
            },
        },
    });

    public void Dispose()
    {
        _uplinkPrograms.Dispose();
        _datapath.Dispose();
        _bpffs.Dispose();
    }

    private BpfProgram ProgramOf(FrameShot shot) => shot.Hook switch
    {
        HookPoint.FromContainer => _datapath.Program(EndpointPrograms.FromContainer),
        HookPoint.ToContainer => _datapath.Program(EndpointPrograms.ToContainer),
        _ => _uplinkPrograms.Program(UplinkPrograms.FromUplink),
    };

    private void Register(int index)
    {
        var (station, link) = (Stations.Containers[index], _links[index]);
        Forward(link);
        _datapath.RegisterEndpoint(new EndpointWiring(
            (ushort)(index + 1), link.Name, link.Index, Stations.Gateway.Mac, station.Mac, station.IPv4, station.IPv6));
    }

    private static void Forward(params IReadOnlyList<Link> links)
    {
        foreach (var link in links)
        {
            foreach (string family in new[] { "ipv4", "ipv6" })
                File.WriteAllText($"/proc/sys/net/{family}/conf/{link.Name}/forwarding", "1");
        }
    }

    private void Know(IPAddress ipv4, IPAddress ipv6, uint identity)
    {
        _datapath.UpsertIpcache(Stations.Whole(ipv4), identity);
        _datapath.UpsertIpcache(Stations.Whole(ipv6), identity);
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
