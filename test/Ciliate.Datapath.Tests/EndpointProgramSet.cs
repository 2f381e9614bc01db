using Ciliate.Bpf;

namespace Ciliate.Datapath.Tests;

/// <summary>The two programs that all endpoints share, not attached; each is loaded when it is run for the first time, for the verifier's look at
/// one takes longer than most tests. Thread-safe.</summary>
internal sealed class EndpointProgramSet(Func<string, LoadedObject> load) : IDisposable
{
    private readonly Lazy<LoadedObject>
        _fromContainer = new(() => load(EndpointPrograms.FromContainer)),
        _toContainer = new(() => load(EndpointPrograms.ToContainer));

    public BpfProgram FromContainer => _fromContainer.Value.Program(EndpointPrograms.FromContainer);

    public BpfProgram ToContainer => _toContainer.Value.Program(EndpointPrograms.ToContainer);

    public BpfProgram Program(string name) => name == EndpointPrograms.FromContainer ? FromContainer : ToContainer;

    public void Dispose()
    {
        foreach (var program in new[] { _fromContainer, _toContainer })
        {
            if (program.IsValueCreated)
                program.Value.Dispose();
        }
    }
}
