using System.Net;
using System.Net.NetworkInformation;
using Ciliate.Datapath.Tests.Packets;
using Ciliate.Netlink;
using Ciliate.Testing;

namespace Ciliate.Datapath.Tests.Swaps;

internal sealed record LiveContainer(Station Station, TestNamespace Namespace, EndpointWiring Wiring)
{
    /// <summary>The one that it sends its frames to.</summary>
    public PhysicalAddress GatewayMac => Wiring.HostMac;

    /// <summary>Of the host end.</summary>
    public int IfIndex => Wiring.HostIfIndex;
}

/// <summary>A datapath with two containers on real wires. Web is under a policy of two variants, that odd and even generations have in turn;
/// db under none. What one variant allows of these three probes the other denies, in both directions:
/// <code>
///               sends to 6000   sends to 6001   hears on 7000
/// even          yes             no              no
/// odd           no              yes             yes
/// </code></summary>
internal sealed class LiveRig : IDisposable
{
    public const ushort WebId = 1, DbId = 2;
    public const int SteadyPort = 5000, EvenPort = 6000, OddPort = 6001, HearPort = 7000, ForbiddenPort = 6666;
    private const uint WebIdentity = 256, DbIdentity = 257;
    private const byte AnyProtocol = 0, Udp = 17;
    private const string Inside = "eth0";

    private readonly BpfFileSystem _bpffs = new();
    private readonly TestNamespace _host = new("host");
    private readonly List<IDisposable> _owned = [];

    public LiveRig()
    {
        Datapath = Open(hooks: null);
        (Web, Db) = (Add(WebId, "web"), Add(DbId, "db"));
        var open = new DirectionDefault(false, ReservedRules.NotEnforced);
        Datapath.Publish(DbId, new PolicyTables(DbIdentity, open, open, []));
        Datapath.Publish(WebId, Tables(IsOdd(NextGeneration)));
    }

    public KernelDatapath Datapath { get; }

    public TestNamespace Host => _host;

    public LiveContainer Web { get; }

    public LiveContainer Db { get; }

    /// <summary>Web's commit word as it is now.</summary>
    public ulong Commit => Volatile.Read(ref Datapath.Maps.Endpoints[WebId].Commit);

    public uint NextGeneration => (uint)(Datapath.Maps.Endpoints[0].Commit >> 32) + 1;

    /// <summary>One more over the same tables and interfaces.</summary>
    public KernelDatapath Open(HookKind? hooks) =>
        _host.Run(() => KernelDatapath.Open(Rig.OptionsOf(65536) with { Root = _bpffs.Path, Hooks = hooks }));

    /// <summary>Of the tcx links of an endpoint.</summary>
    public IReadOnlyList<string> Pins(ushort id) => Directory.GetFiles(Path.Combine(_bpffs.Path, "endpoints", $"{id}"));

    public static bool IsOdd(uint generation) => (generation & 1) == 1;

    public static PolicyTables Tables(bool odd) => Tables(odd, odd);

    public static PolicyTables Tables(bool oddEgress, bool oddIngress)
    {
        var enforced = new DirectionDefault(true, ReservedRules.DefaultDeny);
        return new PolicyTables(WebIdentity, enforced, enforced, Entries(oddEgress, oddIngress));
    }

    public static IReadOnlyCollection<PolicyEntry> Entries(bool oddEgress, bool oddIngress)
    {
        List<PolicyEntry> entries =
        [
            Entry(TrafficDirection.Egress, AnyProtocol, 0),
            Entry(TrafficDirection.Egress, Udp, oddEgress ? EvenPort : OddPort, deny: true),
            Entry(TrafficDirection.Egress, Udp, ForbiddenPort, deny: true),
        ];
        if (oddIngress)
            entries.Add(Entry(TrafficDirection.Ingress, Udp, HearPort));
        return entries;
    }

    public Frame FromWeb => Frame.From(Web.Station).To(Db.Station).Via(Web.GatewayMac).Over(Family.IPv4);

    public Frame FromDb => Frame.From(Db.Station).To(Web.Station).Via(Db.GatewayMac).Over(Family.IPv4);

    public void Dispose()
    {
        _owned.ForEach(owned => owned.Dispose());
        Datapath.Dispose();
        _host.Dispose();
        _bpffs.Dispose();
    }

    private static PolicyEntry Entry(TrafficDirection direction, byte protocol, int port, bool deny = false) =>
        new(direction, DbIdentity, protocol, (ushort)port, port == 0 ? (byte)0 : (byte)16, deny, deny ? 20u : 10u, 100);

    private LiveContainer Add(ushort id, string name)
    {
        var container = new TestNamespace(name);
        _owned.Add(container);
        string outside = $"cil{id}";
        Link host = _host.Route.CreateVeth(new VethSpec(outside, Inside) { PeerNamespace = container.Namespace });
        Link own = container.Route.GetLink(Inside);
        var station = new Station(name, own.Mac, IPAddress.Parse($"10.9.0.{id + 1}"), IPAddress.Parse($"fd09::{id + 1}"));
        var wiring = new EndpointWiring(id, outside, host.Index, host.Mac, own.Mac, station.IPv4, station.IPv6);
        _host.Run(() =>
        {
            Datapath.AttachEndpoint(wiring);
            Datapath.SettlePrograms(id);
        });
        _host.Route.SetUp(host.Index);
        container.Route.SetUp(own.Index);
        LeadOut(container.Route, own.Index, station.IPv4, Rig.Gateway.IPv4, host);
        LeadOut(container.Route, own.Index, station.IPv6, Rig.Gateway.IPv6, host);
        container.Route.SettleLink(Inside);
        return new LiveContainer(station, container, wiring);
    }

    private static void LeadOut(RouteNetlink routes, int index, IPAddress own, IPAddress gateway, Link host)
    {
        int bits = own.GetAddressBytes().Length * 8;
        routes.AddAddress(index, own, bits);
        routes.ReplaceNeighbour(index, gateway, host.Mac);
        routes.AddRoute(new RouteSpec(new IPNetwork(gateway, bits)) { LinkIndex = index });
        routes.AddRoute(RouteSpec.Default(own.AddressFamily) with { Gateway = gateway, LinkIndex = index });
    }
}
