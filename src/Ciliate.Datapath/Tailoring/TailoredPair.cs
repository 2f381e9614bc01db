using Ciliate.Bpf;

namespace Ciliate.Datapath.Tailoring;

/// <summary>The two programs of one endpoint, loaded and not yet attached: to be disposed of when they are, or if they never will be.</summary>
internal sealed class TailoredPair(LoadedObject fromContainer, LoadedObject toContainer, EndpointProgramReport report) : IDisposable
{
    public EndpointProgramReport Report => report;

    /// <param name="name">One of <see cref="EndpointPrograms"/>.</param>
    public BpfProgram Program(string name) =>
        (name == EndpointPrograms.FromContainer ? fromContainer : toContainer).Program(name);

    public void Dispose()
    {
        fromContainer.Dispose();
        toContainer.Dispose();
    }
}
