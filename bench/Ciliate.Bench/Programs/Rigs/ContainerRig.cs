using System.Net;
using System.Net.NetworkInformation;
using Ciliate.Bpf;
using Ciliate.Datapath;
using Ciliate.Testing;

namespace Ciliate.Bench.Programs.Rigs;

/// <summary>Our datapath with two containers under policy in both directions, in the state in which the reference figures were taken:
/// 10,000 ipcache entries, 100 entries beside those that allow in each direction, a table of 524,288 flows. Nothing is attached
/// anywhere.</summary>
internal sealed class ContainerRig : IPacketRig
{
    private const ushort ClientId = 1, ServerId = 2;
    private const uint ClientIdentity = 256, ServerIdentity = 257;

    private static readonly PhysicalAddress s_gatewayMac = new([2, 0, 0, 0, 0, 0xfe]);
    private static readonly PhysicalAddress s_clientMac = new([2, 0, 0, 0, 0, 1]), s_serverMac = new([2, 0, 0, 0, 0, 2]);
    private static readonly IPAddress s_clientIPv4 = IPAddress.Parse("10.9.0.2"), s_clientIPv6 = IPAddress.Parse("fd09::2");
    private static readonly IPAddress s_serverIPv4 = IPAddress.Parse("10.9.0.3"), s_serverIPv6 = IPAddress.Parse("fd09::3");

    private readonly BpfFileSystem _bpffs = new();
    private readonly KernelDatapath _datapath;
    private readonly LoadedObject _client;
    private readonly LoadedObject _server;

    /// <param name="timeouts">Null: the defaults.</param>
    public ContainerRig(FlowTimeouts? timeouts = null)
    {
        _datapath = KernelDatapath.Open(new DatapathOptions(_bpffs.Path, RigTables.FlowTableSize, timeouts));
        _client = _datapath.PrepareEndpoint(Wiring(ClientId, s_clientMac, s_clientIPv4, s_clientIPv6));
        _server = _datapath.PrepareEndpoint(Wiring(ServerId, s_serverMac, s_serverIPv4, s_serverIPv6));
        RigTables.FillIpcache(_datapath);
        _datapath.Publish(ClientId, RigTables.Allowing(ClientIdentity, ServerIdentity, Replay.DestinationPorts));
        _datapath.Publish(ServerId, RigTables.Allowing(ServerIdentity, ClientIdentity, Replay.DestinationPorts));
    }

    public KernelDatapath Datapath => _datapath;

    /// <summary>From the client to a port that its policy, and the server's, allow.</summary>
    public IReadOnlyList<Subject> Allowed(bool ipv6) => [new(FromClient, PacketOf(ipv6), TestVerdict.Redirect)];

    /// <summary>From the client to a port that its policy does not name.</summary>
    public IReadOnlyList<Subject> Denied(bool ipv6) =>
        [new(FromClient, PacketOf(ipv6) with { DestinationPort = Replay.DestinationPort - 1 }, TestVerdict.Shot)];

    public T Run<T>(Func<T> work) => Linux.DedicatedThread.Run("program runs", work);

    public int TakeEvents() => RigTables.TakeEvents(_datapath);

    public void Dispose()
    {
        _client.Dispose();
        _server.Dispose();
        _datapath.Dispose();
        _bpffs.Dispose();
    }

    private static EndpointWiring Wiring(ushort id, PhysicalAddress mac, IPAddress ipv4, IPAddress ipv6) => new(
        id, $"cil{id}", 100 + id, s_gatewayMac, mac, ipv4, ipv6, IPAddress.Parse("10.9.0.1"), IPAddress.Parse("fd09::1"));

    private BpfProgram FromClient => _client.Program("from_container");

    private static Packet PacketOf(bool ipv6) => ipv6
        ? new(s_gatewayMac, s_clientMac, s_clientIPv6, s_serverIPv6)
        : new(s_gatewayMac, s_clientMac, s_clientIPv4, s_serverIPv4);
}
