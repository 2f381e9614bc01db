using Ciliate.Bpf;
using Ciliate.Bpf.Specialization;

namespace Ciliate.Fuzz.Targets;

/// <summary>Object files: a broken one is a <see cref="BpfObjectException"/>, and of a good one everything can be asked that the loader asks.</summary>
internal sealed class ElfTarget : IFuzzTarget
{
    // A section without content may claim much memory, which is its owner's to give. Content is asked for up to here.
    private const int LargestContent = 1 << 16;

    // Each may link all functions of the file, and the specializer takes some memory for every instruction.
    private const int MostSpecialized = 8;

    public string Name => "elf";

    public IReadOnlyList<string> Instrumented => ["Ciliate.Bpf.dll"];

    public int LongestInput => 32 << 10;

    public string? Dictionary => null;

    public void Try(ReadOnlyMemory<byte> input)
    {
        ObjectSpec spec;
        try
        {
            spec = ObjectSpec.Parse(input, "input.o");
        }
        catch (BpfObjectException error)
        {
            Expect.OneLine(error, "input.o: section ");
            return;
        }

        foreach (ConstantSpec constant in spec.Constants)
        {
            if (spec.Maps[constant.MapIndex].ValueSize <= LargestContent)
                spec.SetConstant(constant.Name, new byte[constant.Size]);
        }

        foreach (ProgramSpec program in spec.Programs)
            IfSound(() => spec.Disassemble(program.Name));
        foreach (ProgramSpec program in spec.Programs.Take(MostSpecialized))
            IfSound(() => Specialize(spec, program));
        Expect.Equal(spec.Maps.Count, spec.Clone().Maps.Count, "a clone has other maps");
    }

    private static void Specialize(ObjectSpec spec, ProgramSpec program)
    {
        SpecializedProgram special = Specializer.Specialize(spec, program.Name);
        ObjectSpec replaced = spec.Clone();
        replaced.ReplaceProgram(special.Program);
        _ = replaced.Disassemble(program.Name);
        Expect.Equal(special.Program.Instructions.Count, special.Report.InstructionsAfter, "the report counts other instructions");
    }

    private static void IfSound(Action ask)
    {
        try
        {
            ask();
        }
        catch (BpfObjectException error)
        {
            Expect.OneLine(error, "input.o: section ");
        }
    }
}
