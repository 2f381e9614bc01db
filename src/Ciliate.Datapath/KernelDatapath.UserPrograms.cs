using System.Collections.Concurrent;

namespace Ciliate.Datapath;

/// <summary>Endpoints whose packets a program of the user's judges: their programs are made before they are attached, and never is one attached
/// without the user's in it.</summary>
public sealed partial class KernelDatapath
{
    /// <summary>By endpoint, for who makes its programs again.</summary>
    private readonly ConcurrentDictionary<ushort, UserHooks> _userHooks = [];

    public IPreparedPrograms PreparePrograms(EndpointWiring wiring) => Explain($"make the programs of endpoint {wiring.Id}",
        () => new PreparedPrograms(this, wiring, wiring.Users.Any ? MakePair(wiring, policy: null) : null));

    public IReadOnlyList<UserMapRow> ReadUserMaps(EndpointWiring wiring) => Explain($"look at the maps of the user's programs of endpoint {wiring.Id}", () =>
        (IReadOnlyList<UserMapRow>)[.. Enum.GetValues<TrafficDirection>().SelectMany(
            direction => wiring.Users[direction] is { } hook ? _userMaps.Read(wiring.Id, direction, hook) : [])]);

    public void PruneUserMaps(IReadOnlyCollection<EndpointWiring> endpoints) =>
        Explain("remove the maps of the user's programs that are gone", () => _userMaps.KeepOnly(endpoints));

    private sealed class PreparedPrograms(KernelDatapath datapath, EndpointWiring wiring, Tailoring.TailoredPair? own) : IPreparedPrograms
    {
        public void Attach() => Explain($"attach endpoint {wiring.Id} to {wiring.HostInterface}", () => datapath.Attach(wiring, own));

        public void Dispose() => own?.Dispose();
    }
}
