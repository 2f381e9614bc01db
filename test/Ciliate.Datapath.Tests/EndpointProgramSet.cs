using Ciliate.Bpf;

namespace Ciliate.Datapath.Tests;

/// <summary>The two programs of an endpoint, not attached; each is loaded when it is run for the first time, for the verifier's look at one takes
/// longer than most tests. Thread-safe.</summary>
internal sealed class EndpointProgramSet : IDisposable
{
    private readonly Lazy<LoadedObject> _fromContainer, _toContainer;

    /// <summary>Makes the endpoint known.</summary>
    public EndpointProgramSet(KernelDatapath datapath, EndpointWiring wiring)
    {
        datapath.RegisterEndpoint(wiring);
        _fromContainer = new(() => datapath.LoadProgram(wiring, EndpointPrograms.FromContainer));
        _toContainer = new(() => datapath.LoadProgram(wiring, EndpointPrograms.ToContainer));
    }

    public BpfProgram FromContainer => _fromContainer.Value.Program(EndpointPrograms.FromContainer);

    public BpfProgram ToContainer => _toContainer.Value.Program(EndpointPrograms.ToContainer);

    public void Dispose()
    {
        foreach (var program in new[] { _fromContainer, _toContainer })
        {
            if (program.IsValueCreated)
                program.Value.Dispose();
        }
    }
}
