using System.Net;
using Ciliate.Bpf;
using Ciliate.Datapath;
using Ciliate.Datapath.Tests.Packets;
using Ciliate.Oracle;
using Ciliate.Testing;

namespace Ciliate.Verdicts.Tests;

/// <summary>The real programs and maps, without a wire: run packet by packet at the interface of each container.</summary>
internal sealed class Kernel : IDisposable
{
    private const int Pass = 0, Shot = 2, Redirect = 7;
    private const int FirstSourcePort = 40000, SourcePorts = 64;

    private readonly BpfFileSystem _bpffs = new();
    private readonly KernelDatapath _datapath;
    private readonly HostEnds _ends = new();
    private readonly List<IPNetwork> _prefixes = [];
    private readonly HashSet<(IPAddress, IPAddress, int)> _directions = [];
    private int _sent;

    public Kernel()
    {
        _datapath = KernelDatapath.Open(new DatapathOptions(_bpffs.Path, new GatewayOptions(Stations.Gateway.IPv4, Stations.Gateway.IPv6)));
        foreach (var (index, station) in Stations.Containers.Index())
        {
            _datapath.RegisterEndpoint(new EndpointWiring(
                IdOf(index), station.Name, _ends.Add(IdOf(index)), Stations.Gateway.Mac, station.Mac, station.IPv4, station.IPv6));
        }
        foreach (string entity in World.Entities)
        {
            _datapath.UpsertIpcache(Stations.Whole(Stations.OfEntity(entity).IPv4), Engine.Reserved(entity));
            _datapath.UpsertIpcache(Stations.Whole(Stations.OfEntity(entity).IPv6), Engine.Reserved(entity));
        }
    }

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
        for (int i = 0; i < Stations.Containers.Count; i++)
            _datapath.Publish(IdOf(i), engine.TablesOf(i, change));
    }

    /// <summary>The verdict of the hook that such a packet comes by. Null where it would not be the first of a connection: protocols without
    /// ports have one flow for both directions.</summary>
    public bool? Allows(Shot shot, World world)
    {
        var family = shot.IsIPv6 ? Family.IPv6 : Family.IPv4;
        var packet = shot.Packet;
        Station source = Stations.Of(packet.Source, world), destination = Stations.Of(packet.Destination, world);
        var (from, to) = (source.Address(family), destination.Address(family));
        if (packet.Protocol is not (1 or 6 or 17 or 58 or 132) && !IsForward(from, to, packet.Protocol))
            return null;
        int number = _sent++;
        var frame = FrameMaker.Make(
            Frame.From(source).To(destination).Via(Stations.Gateway).Over(family), packet, FirstSourcePort + (number % SourcePorts));
        bool bothLocal = packet.Source.IsContainer && packet.Destination.IsContainer;
        if (packet.Source.IsContainer && (!bothLocal || number % 2 == 0))
            return Run(EndpointPrograms.FromContainer, InterfaceOf(packet.Source, world), frame, 0, bothLocal ? Redirect : Pass);
        int arrivedOn = bothLocal ? InterfaceOf(packet.Source, world) : packet.Source.Entity == "host" ? 0 : HostEnds.Outside;
        return Run(EndpointPrograms.ToContainer, InterfaceOf(packet.Destination, world), frame, arrivedOn, Pass);
    }

    public void Dispose()
    {
        _datapath.Dispose();
        _bpffs.Dispose();
        _ends.Dispose();
    }

    private bool IsForward(IPAddress from, IPAddress to, int protocol) =>
        !_directions.Contains((to, from, protocol)) && (_directions.Add((from, to, protocol)) || true);

    private static ushort IdOf(int container) => (ushort)(container + 1);

    private static int InterfaceOf(Party container, World world) => HostEnds.IndexOf(IdOf(world.IndexOf(container)));

    private bool Run(string program, int ifIndex, byte[] frame, int arrivedOn, int allowed)
    {
        using var visit = _ends.Host.Enter();
        int verdict = _datapath.Program(program).TestRun(new TestRunInput
        {
            Data = frame,
            Context = new SkBuff { IfIndex = (uint)ifIndex, IngressIfIndex = (uint)arrivedOn },
        }).ReturnValue;
        return verdict == allowed || (verdict == Shot ? false : throw new InvalidOperationException($"the program returned {verdict}"));
    }
}
