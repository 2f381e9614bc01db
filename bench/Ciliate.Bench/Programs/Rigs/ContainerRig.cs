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
    private readonly HostEnds _ends = new();
    private readonly OwnPrograms _programs;

    /// <param name="kind">Of the client's programs.</param>
    /// <param name="timeouts">Null: the defaults.</param>
    /// <param name="rules">Of the client's policy; null: as in the reference.</param>
    public ContainerRig(ProgramKind kind = ProgramKind.Tailored, FlowTimeouts? timeouts = null, int? rules = null)
    {
        _datapath = KernelDatapath.Open(new DatapathOptions(_bpffs.Path, RigTables.Gateway, RigTables.FlowTableSize, timeouts));
        var client = Register(ClientId, s_clientMac, s_clientIPv4, s_clientIPv6);
        Register(ServerId, s_serverMac, s_serverIPv4, s_serverIPv6);
        RigTables.FillIpcache(_datapath);
        _datapath.Publish(ClientId, rules is { } count
            ? RigTables.OfRules(ClientIdentity, ServerIdentity, count)
            : RigTables.Allowing(ClientIdentity, ServerIdentity, Replay.DestinationPorts));
        _datapath.Publish(ServerId, RigTables.Allowing(ServerIdentity, ClientIdentity, Replay.DestinationPorts));
        _programs = new OwnPrograms(_datapath, client, kind);
    }

    public KernelDatapath Datapath => _datapath;

    /// <summary>From the client to a port that its policy, and the server's, allow.</summary>
    public IReadOnlyList<Subject> Allowed(bool ipv6) => [FromClient(PacketOf(ipv6), TestVerdict.Redirect)];

    /// <summary>From the client to a port that its policy does not name.</summary>
    public IReadOnlyList<Subject> Denied(bool ipv6) =>
        [FromClient(PacketOf(ipv6) with { DestinationPort = Replay.DestinationPort - 1 }, TestVerdict.Shot)];

    public T Run<T>(Func<T> work) => _ends.Host.Run(work);

    public int TakeEvents() => RigTables.TakeEvents(_datapath);

    public void Dispose()
    {
        _programs.Dispose();
        _datapath.Dispose();
        _bpffs.Dispose();
        _ends.Dispose();
    }

    private EndpointWiring Register(ushort id, PhysicalAddress mac, IPAddress ipv4, IPAddress ipv6)
    {
        var wiring = new EndpointWiring(id, $"cil{id}", _ends.Add(id), s_gatewayMac, mac, ipv4, ipv6);
        _datapath.RegisterEndpoint(wiring);
        return wiring;
    }

    private Subject FromClient(Packet packet, int verdict) => new(_programs.FromContainer, packet, verdict)
    {
        Context = new SkBuff { IfIndex = (uint)HostEnds.IndexOf(ClientId) },
    };

    private static Packet PacketOf(bool ipv6) => ipv6
        ? new(s_gatewayMac, s_clientMac, s_clientIPv6, s_serverIPv6)
        : new(s_gatewayMac, s_clientMac, s_clientIPv4, s_serverIPv4);
}
