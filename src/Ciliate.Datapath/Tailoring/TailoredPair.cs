using Ciliate.Bpf;

namespace Ciliate.Datapath.Tailoring;

/// <summary>The programs of one endpoint, loaded and not yet attached: to be disposed of when they are, or if they never will be.</summary>
/// <param name="users">What of the user's is in them.</param>
internal sealed class TailoredPair(UserGrafts users) : IDisposable
{
    private readonly List<LoadedObject> _loaded = [];
    private readonly List<ProgramTimes> _times = [];

    public IReadOnlyList<ProgramTimes> Times => _times;

    /// <summary>By what others deliver to the endpoint; null when they need nothing for it.</summary>
    public BpfProgram? Delivery => Find(EndpointPrograms.DeliverToContainer);

    /// <param name="loaded">With one program.</param>
    public void Add(LoadedObject loaded, ProgramTimes times)
    {
        _loaded.Add(loaded);
        _times.Add(times);
    }

    /// <param name="name">One of <see cref="EndpointPrograms.Names"/>.</param>
    public BpfProgram Program(string name) => Find(name)!;

    /// <summary>Keeps the maps of the user's programs beyond this process.</summary>
    public void PinMaps() => users.PinMaps();

    public void Dispose()
    {
        _loaded.ForEach(one => one.Dispose());
        users.Dispose();
    }

    private BpfProgram? Find(string name) => _loaded.Select(one => one.Programs.GetValueOrDefault(name)).FirstOrDefault(program => program is not null);
}
