using System.Net;
using Ciliate.Bpf;
using Ciliate.Datapath;
using Ciliate.Datapath.Tests.Packets;
using Ciliate.Testing;

namespace Ciliate.Verdicts.Tests;

/// <summary>The real programs and maps, without a wire: run packet by packet at the interface of each container. Those that all containers share
/// and those that are made for each are run side by side, by equal tables.</summary>
internal sealed class Kernel : IDisposable
{
    private const int Pass = 0, Shot = 2, Redirect = 7;
    private const int FirstSourcePort = 40000, SourcePorts = 64;

    private readonly HostEnds _ends = new();
    private readonly KernelSide _generic, _tailored;
    private readonly HashSet<(IPAddress, IPAddress, int)> _directions = [];
    private int _sent;

    public Kernel()
    {
        var options = new DatapathOptions("", new GatewayOptions(Stations.Gateway.IPv4, Stations.Gateway.IPv6));
        EndpointWiring[] containers = [.. Stations.Containers.Select((station, index) => new EndpointWiring(
            IdOf(index), station.Name, _ends.Add(IdOf(index)), Stations.Gateway.Mac, station.Mac, station.IPv4, station.IPv6))];
        _generic = new KernelSide(options, containers, tailored: false, compared: true);
        _tailored = new KernelSide(options, containers, tailored: true, compared: true);
        foreach (var side in new[] { _generic, _tailored })
        {
            foreach (string entity in World.Entities)
                side.Know(Stations.OfEntity(entity).IPv4, Stations.OfEntity(entity).IPv6, Engine.Reserved(entity));
        }
    }

    /// <summary>Puts a round's tables and prefixes in the place of those before.</summary>
    public void Publish(Engine engine, Func<PolicyEntry, PolicyEntry>? change)
    {
        _generic.Publish(engine, change);
        _tailored.Publish(engine, change);
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
            return Run(EndpointPrograms.FromContainer, world.IndexOf(packet.Source), frame, 0, bothLocal ? Redirect : Pass);
        int arrivedOn = bothLocal ? HostEnds.IndexOf(IdOf(world.IndexOf(packet.Source))) : packet.Source.Entity == "host" ? 0 : HostEnds.Outside;
        return Run(EndpointPrograms.ToContainer, world.IndexOf(packet.Destination), frame, arrivedOn, Pass);
    }

    public void Dispose()
    {
        _tailored.Dispose();
        _generic.Dispose();
        _ends.Dispose();
    }

    private bool IsForward(IPAddress from, IPAddress to, int protocol) =>
        !_directions.Contains((to, from, protocol)) && (_directions.Add((from, to, protocol)) || true);

    private static ushort IdOf(int container) => (ushort)(container + 1);

    private bool Run(string program, int container, byte[] frame, int arrivedOn, int allowed)
    {
        using var visit = _ends.Host.Enter();
        var input = new TestRunInput
        {
            Data = frame,
            Context = new SkBuff { IfIndex = (uint)HostEnds.IndexOf(IdOf(container)), IngressIfIndex = (uint)arrivedOn },
        };
        var generic = _generic.Run(program, container, input);
        if (Observation.Difference(generic, _tailored.Run(program, container, input)) is { } difference)
            throw new InvalidOperationException($"{program} on {Convert.ToHexStringLower(frame)}: {difference}");
        int verdict = generic.Verdict;
        return verdict == allowed || (verdict == Shot ? false : throw new InvalidOperationException($"the program returned {verdict}"));
    }
}
