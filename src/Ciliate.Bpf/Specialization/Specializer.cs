using Ciliate.Bpf.Specialization.Passes;

namespace Ciliate.Bpf.Specialization;

/// <summary>Makes a program for its constants, on the bytecode, without a compiler: what they switch off is cut out before the kernel sees
/// it. Pure; thread-safe as long as nobody changes the spec meanwhile. docs/specialization.md tells what it does and what not.</summary>
public static class Specializer
{
    /// <param name="spec">With its constants set. It is not changed.</param>
    /// <param name="program">By name.</param>
    /// <exception cref="ArgumentException">There is no such program.</exception>
    /// <exception cref="BpfObjectException">Its code has a form that is not supported.</exception>
    public static SpecializedProgram Specialize(ObjectSpec spec, string program)
    {
        ProgramSpec generic = spec.Program(program);
        Routine[] routines = ProgramParts.Split(spec, generic);
        var pipeline = new Pipeline(new ConstantMemory(spec));
        Routine?[] left = UnusedFunctions.Run(routines, pipeline.Run);
        ProgramSpec special = generic.With(ProgramAssembly.Join(spec, generic, left));
        return new SpecializedProgram(special, new Reporting(spec, generic, special).Report(routines, left, pipeline));
    }
}
