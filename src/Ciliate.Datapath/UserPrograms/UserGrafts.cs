using Ciliate.Bpf;

namespace Ciliate.Datapath;

/// <summary>The programs of the user's at one endpoint and their maps, on the way into those of the datapath.</summary>
internal sealed class UserGrafts : IDisposable
{
    private readonly EndpointWiring _wiring;
    private readonly UserMapPins _pins;

    /// <summary>Of its own: a loader keeps what it knows of an object, and each of these comes once.</summary>
    private readonly BpfLoader _loader = new();
    private readonly Dictionary<TrafficDirection, Part> _parts = [];

    private UserGrafts(EndpointWiring wiring, UserMapPins pins)
    {
        _wiring = wiring;
        _pins = pins;
    }

    /// <param name="Kept">Maps that were there before.</param>
    private sealed record Part(UserHook Hook, UserProgram Program, Dictionary<string, BpfMap> Kept, LoadedObject Maps);

    /// <summary>Checks them, and makes those of their maps that are not there yet.</summary>
    /// <exception cref="DatapathException">One is not fit.</exception>
    public static UserGrafts Prepare(EndpointWiring wiring, UserMapPins pins)
    {
        var programs = new UserGrafts(wiring, pins);
        try
        {
            foreach (var direction in Enum.GetValues<TrafficDirection>())
            {
                if (wiring.Users[direction] is { } hook)
                    programs._parts[direction] = programs.PartOf(direction, hook);
            }
            return programs;
        }
        catch
        {
            programs.Dispose();
            throw;
        }
    }

    /// <summary>What an endpoint with these needs.</summary>
    public IEnumerable<string> Names => _parts.ContainsKey(TrafficDirection.Ingress)
        ? [.. EndpointPrograms.Names, EndpointPrograms.DeliverToContainer]
        : EndpointPrograms.Names;

    /// <summary>A program of the datapath with that of the user's in it which belongs there; the same when none does.</summary>
    public ObjectSpec PutInto(ObjectSpec spec, string name) =>
        PartIn(name) is { } part ? part.Program.PutInto(spec, name, DirectionOf(name)) : spec;

    /// <summary>The same without a map made: to be looked at, not to be loaded.</summary>
    public static ObjectSpec PutInto(ObjectSpec spec, string name, UserHooks? users) =>
        users?[DirectionOf(name)] is { } hook ? UserProgram.Check(hook).PutInto(spec, name, DirectionOf(name)) : spec;

    /// <param name="shared">Of the datapath.</param>
    public LoadedObject Load(BpfLoader loader, ObjectSpec spec, string name, IReadOnlyDictionary<string, BpfMap> shared)
    {
        if (PartIn(name) is not { } part)
            return loader.Load(spec, new LoadOptions { MapReplacements = shared, Programs = [name] });
        var maps = shared.Concat(part.Maps.Maps.Select(map => KeyValuePair.Create(UserProgram.MapName(map.Key), map.Value))).ToDictionary();
        return _loader.Load(spec, new LoadOptions { MapReplacements = maps, Programs = [name] });
    }

    /// <summary>Keeps the maps beyond this process. Safe to repeat.</summary>
    public void PinMaps()
    {
        foreach (var (direction, part) in _parts)
            _pins.Pin(_wiring.Id, direction, part.Hook, part.Maps.Maps);
    }

    public void Dispose()
    {
        foreach (var part in _parts.Values)
        {
            part.Maps.Dispose();
            Close(part.Kept);
        }
        _loader.Dispose();
    }

    private static TrafficDirection DirectionOf(string name) =>
        name == EndpointPrograms.FromContainer ? TrafficDirection.Egress : TrafficDirection.Ingress;

    private Part? PartIn(string name) => _parts.GetValueOrDefault(DirectionOf(name));

    private Part PartOf(TrafficDirection direction, UserHook hook)
    {
        var program = UserProgram.Check(hook);
        var kept = _pins.Open(_wiring.Id, direction, hook, program);
        try
        {
            return new Part(hook, program, kept, program.MakeMaps(_loader, kept));
        }
        catch
        {
            Close(kept);
            throw;
        }
    }

    private static void Close(Dictionary<string, BpfMap> maps)
    {
        foreach (var map in maps.Values)
            map.Dispose();
    }
}
