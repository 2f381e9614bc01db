using Ciliate.Bpf.Specialization;
using Ciliate.Bpf.Specialization.Passes;

namespace Ciliate.Bpf.Tests.Specialization;

/// <summary>The passes by name, each to be run alone over a program.</summary>
internal static class SinglePass
{
    private static readonly Dictionary<string, Func<Routine, ConstantMemory, Routine>> s_passes = new()
    {
        ["nothing"] = (routine, _) => routine,
        [nameof(ConstantReads)] = (routine, memory) => ConstantReads.Run(routine, ValueFlow.Of(routine, new(memory)), []),
        [nameof(SelectedReads)] = (routine, memory) => SelectedReads.Run(DeadCode.Run(routine), memory, []),
        [nameof(ConstantPropagation)] = (routine, memory) => ConstantPropagation.Run(routine, ValueFlow.Of(routine, new(memory))),
        [nameof(BranchFolding)] = (routine, memory) => BranchFolding.Run(routine, ValueFlow.Of(routine, new(memory))),
        [nameof(UnreachableCode)] = (routine, _) => UnreachableCode.Run(routine),
        [nameof(JumpThreading)] = (routine, _) => JumpThreading.Run(routine),
        [nameof(EarlyExits)] = (routine, _) => EarlyExits.Run(routine),
        [nameof(DeadCode)] = (routine, _) => DeadCode.Run(routine),
    };

    public static IEnumerable<string> Names => s_passes.Keys;

    public static LinkedCode Run(string pass, ObjectSpec spec, ProgramSpec program)
    {
        var memory = new ConstantMemory(spec);
        Routine?[] changed = UnusedFunctions.Run(
            ProgramParts.Split(spec, program), routine => s_passes[pass](FrameUse.Find(routine, new(memory)), memory));
        return ProgramAssembly.Join(spec, program, changed);
    }
}
