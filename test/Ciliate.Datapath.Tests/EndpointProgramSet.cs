using Ciliate.Bpf;

namespace Ciliate.Datapath.Tests;

/// <summary>The two programs of an endpoint, loaded and not attached.</summary>
internal sealed class EndpointProgramSet(LoadedObject loaded) : IDisposable
{
    public BpfProgram FromContainer => loaded.Program(EndpointPrograms.FromContainer);

    public BpfProgram ToContainer => loaded.Program(EndpointPrograms.ToContainer);

    public void Dispose() => loaded.Dispose();
}
