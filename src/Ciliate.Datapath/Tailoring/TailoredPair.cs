using Ciliate.Bpf;

namespace Ciliate.Datapath.Tailoring;

/// <summary>The programs of one endpoint, loaded and not yet attached: to be disposed of when they are, or if they never will be.</summary>
/// <param name="loaded">Each with one program.</param>
/// <param name="users">What of the user's is in them.</param>
internal sealed class TailoredPair(IReadOnlyList<LoadedObject> loaded, UserGrafts users, EndpointProgramReport report) : IDisposable
{
    public EndpointProgramReport Report => report;

    /// <summary>By what others deliver to the endpoint; null when they need nothing for it.</summary>
    public BpfProgram? Delivery => Find(EndpointPrograms.DeliverToContainer);

    /// <param name="name">One of <see cref="EndpointPrograms.Names"/>.</param>
    public BpfProgram Program(string name) => Find(name)!;

    /// <summary>Keeps the maps of the user's programs beyond this process.</summary>
    public void PinMaps() => users.PinMaps();

    public void Dispose()
    {
        foreach (var one in loaded)
            one.Dispose();
        users.Dispose();
    }

    private BpfProgram? Find(string name) => loaded.Select(one => one.Programs.GetValueOrDefault(name)).FirstOrDefault(program => program is not null);
}
