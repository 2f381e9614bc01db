using System.Net;
using System.Net.Sockets;
using Ciliate.Bpf;
using Ciliate.Netlink;
using Ciliate.Testing;

namespace Ciliate.Datapath.Tests.Hooks;

/// <summary>A wire whose left end stands for the host's end of a container's veth. No generation is ever published, so whoever is guarded
/// hears nothing.</summary>
internal sealed class GuardedWire : IDisposable
{
    public const ushort Id = 7;
    private const int Port = 4711;

    private readonly TestWire _wire = TestWire.Create();
    private readonly BpfFileSystem _bpffs = new();
    private readonly Socket _receiver;

    public GuardedWire()
    {
        // Both know the other's MAC: what is lost is lost by the programs, not by unanswered questions.
        Routes.ReplaceNeighbour(IfIndex, _wire.Right.IPv4, _wire.Right.Mac);
        _receiver = _wire.Right.Namespace.Run(() => new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp));
        _receiver.Bind(new IPEndPoint(IPAddress.Any, Port));
    }

    /// <summary>The kinds that this kernel has.</summary>
    public static IReadOnlyList<HookKind> Kinds { get; } =
        KernelFeatures.Tcx.IsSupported ? [HookKind.Tcx, HookKind.Clsact] : [HookKind.Clsact];

    public string Root => Path.Combine(_bpffs.Path, "agent");

    public int IfIndex => _wire.Left.Link.Index;

    public RouteNetlink Routes => _wire.Left.Namespace.Route;

    public TestNamespace Host => _wire.Left.Namespace;

    public KernelDatapath Open(HookKind? hooks, string root) =>
        Host.Run(() => KernelDatapath.Open(OptionsOf(root, hooks)));

    public KernelDatapath Open(HookKind? hooks) => Open(hooks, Root);

    public static DatapathOptions OptionsOf(string root, HookKind? hooks) => Rig.OptionsOf(1024) with { Root = root, Hooks = hooks };

    public void Attach(KernelDatapath datapath) => Host.Run(() => datapath.AttachEndpoint(new EndpointWiring(
        Id, TestWire.LinkName, IfIndex, _wire.Left.Mac, _wire.Right.Mac, _wire.Right.IPv4, _wire.Right.IPv6)));

    public void Settle(KernelDatapath datapath) => Host.Run(() => datapath.SettlePrograms(Id));

    /// <summary>Whether a datagram of the host reaches the container. For one that is lost only time tells.</summary>
    public bool Hears()
    {
        using var sender = Host.Run(() => new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp));
        sender.SendTo([1], new IPEndPoint(_wire.Right.IPv4, Port));
        if (!_receiver.Poll(TimeSpan.FromMilliseconds(200), SelectMode.SelectRead))
            return false;
        _receiver.Receive(new byte[16]);
        return true;
    }

    public IReadOnlyList<BpfFilter> Filters() =>
        [.. Enum.GetValues<FilterDirection>().SelectMany(direction => Routes.ListFilters(IfIndex, direction))];

    /// <summary>As tc(8) tells it.</summary>
    public bool HasClsact() => TestProcess.Run(Host, "tc", "qdisc", "show", "dev", TestWire.LinkName).Output.Contains("clsact", StringComparison.Ordinal);

    /// <summary>What the datapath left below its root beside its maps.</summary>
    public IReadOnlyList<string> Records() =>
    [
        .. Directory.EnumerateFileSystemEntries(Root, "*", SearchOption.AllDirectories)
            .Select(path => Path.GetRelativePath(Root, path))
            .Where(path => !path.StartsWith("maps", StringComparison.Ordinal) && path != "endpoints"),
    ];

    public void DeleteLink() => Routes.DeleteLink(IfIndex);

    public void Dispose()
    {
        _receiver.Dispose();
        _wire.Dispose();
        _bpffs.Dispose();
    }
}
