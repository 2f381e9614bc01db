using System.Net;
using System.Net.NetworkInformation;
using Ciliate.Bpf;
using Ciliate.Datapath;
using Ciliate.Testing;

namespace Ciliate.Bench.Programs;

/// <summary>Our datapath with two containers under policy in both directions, in the state in which the reference figures were taken:
/// 10,000 ipcache entries, 100 entries beside those that allow in each direction, a table of 524,288 flows. Nothing is attached
/// anywhere.</summary>
internal sealed class ContainerRig : IDisposable
{
    private const ushort ClientId = 1, ServerId = 2;
    private const uint ClientIdentity = 256, ServerIdentity = 257;
    private const int IpcacheEntries = 10_000, FillerEntries = 100;
    private const uint FlowTableSize = 524_288;
    private const byte Tcp = 6;

    private static readonly PhysicalAddress s_gatewayMac = new([2, 0, 0, 0, 0, 0xfe]);
    private static readonly PhysicalAddress s_clientMac = new([2, 0, 0, 0, 0, 1]), s_serverMac = new([2, 0, 0, 0, 0, 2]);
    private static readonly IPAddress s_clientIPv4 = IPAddress.Parse("10.9.0.2"), s_clientIPv6 = IPAddress.Parse("fd09::2");
    private static readonly IPAddress s_serverIPv4 = IPAddress.Parse("10.9.0.3"), s_serverIPv6 = IPAddress.Parse("fd09::3");

    private readonly BpfFileSystem _bpffs = new();
    private readonly KernelDatapath _datapath;
    private readonly LoadedObject _client;
    private readonly LoadedObject _server;

    public ContainerRig()
    {
        _datapath = KernelDatapath.Open(new DatapathOptions(_bpffs.Path, FlowTableSize));
        _client = _datapath.PrepareEndpoint(Wiring(ClientId, s_clientMac, s_clientIPv4, s_clientIPv6));
        _server = _datapath.PrepareEndpoint(Wiring(ServerId, s_serverMac, s_serverIPv4, s_serverIPv6));
        FillIpcache();
        Publish(ClientId, ClientIdentity, ServerIdentity);
        Publish(ServerId, ServerIdentity, ClientIdentity);
    }

    public static Packet IPv4Packet { get; } = new(s_gatewayMac, s_clientMac, s_clientIPv4, s_serverIPv4);

    public static Packet IPv6Packet { get; } = new(s_gatewayMac, s_clientMac, s_clientIPv6, s_serverIPv6);

    public BpfProgram FromClient => _client.Program("from_container");

    /// <summary>Takes what was told off the ring; how many.</summary>
    public int TakeEvents()
    {
        int taken = 0;
        while (_datapath.Events.TryRead(out _))
            taken++;
        return taken;
    }

    public void Dispose()
    {
        _client.Dispose();
        _server.Dispose();
        _datapath.Dispose();
        _bpffs.Dispose();
    }

    private static EndpointWiring Wiring(ushort id, PhysicalAddress mac, IPAddress ipv4, IPAddress ipv6) => new(
        id, $"cil{id}", 100 + id, s_gatewayMac, mac, ipv4, ipv6, IPAddress.Parse("10.9.0.1"), IPAddress.Parse("fd09::1"));

    private void FillIpcache()
    {
        for (int i = 0; i < IpcacheEntries / 2; i++)
        {
            _datapath.UpsertIpcache(IPNetwork.Parse($"10.20.{i >> 8}.{i & 0xff}/32"), (uint)(1000 + i));
            _datapath.UpsertIpcache(IPNetwork.Parse($"fd20::{i:x}/128"), (uint)(1000 + i));
        }
    }

    private void Publish(ushort id, uint identity, uint peer)
    {
        var entries = new List<PolicyEntry>();
        foreach (var direction in new[] { TrafficDirection.Ingress, TrafficDirection.Egress })
        {
            for (int i = 0; i < Replay.DestinationPorts; i++)
                entries.Add(Allow(direction, peer, Replay.DestinationPort + i));
            for (int i = 0; i < FillerEntries; i++)
                entries.Add(Allow(direction, (uint)(5000 + i), 9000 + i));
        }
        var verdict = new DirectionDefault(Enforced: true, ReservedRules.DefaultDeny);
        _datapath.Publish(id, new PolicyTables(identity, verdict, verdict, entries));
    }

    private static PolicyEntry Allow(TrafficDirection direction, uint peer, int port) =>
        new(direction, peer, Tcp, (ushort)port, PortPrefixLength: 16, Deny: false, Precedence: 10, RuleId: 100);
}
