using Ciliate.Bpf;
using Ciliate.Datapath;
using Ciliate.Datapath.Tailoring;

namespace Ciliate.Bench.Programs.Rigs;

/// <summary>Which programs run at a container.</summary>
internal enum ProgramKind
{
    /// <summary>Those that all containers share.</summary>
    Generic,

    /// <summary>Made for it, by the agent too; its policy stands in the tables.</summary>
    Tailored,

    /// <summary>Made for it, with its policy as code, which the agent does not make yet.</summary>
    Coded,
}

/// <summary>The two programs of a container of a rig, as they are when it is made.</summary>
internal sealed class OwnPrograms : IDisposable
{
    private readonly KernelDatapath _datapath;
    private readonly TailoredPair? _pair;

    public OwnPrograms(KernelDatapath datapath, EndpointWiring wiring, ProgramKind kind)
    {
        _datapath = datapath;
        if (kind != ProgramKind.Generic)
            _pair = datapath.Tailor(wiring, kind == ProgramKind.Coded ? datapath.ReadSmallPolicy(wiring.Id) : null);
    }

    public BpfProgram FromContainer => Program(EndpointPrograms.FromContainer);

    public BpfProgram ToContainer => Program(EndpointPrograms.ToContainer);

    public void Dispose() => _pair?.Dispose();

    private BpfProgram Program(string name) => _pair?.Program(name) ?? _datapath.Program(name);
}
