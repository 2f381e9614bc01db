namespace Ciliate.Bpf.Specialization;

/// <summary>Compares a program with what was made from it.</summary>
internal sealed class Reporting(ObjectSpec spec, ProgramSpec generic, ProgramSpec special)
{
    public SpecializationReport Report(Routine[] before, Routine?[] after, Pipeline pipeline)
    {
        List<string> used = MapsOf(special);
        return new SpecializationReport(
            generic.Instructions.Count,
            special.Instructions.Count,
            [.. spec.Constants.Where(constant => pipeline.Reads.Any(read => Touches(read, constant))).Select(Used)],
            [.. before.Where((_, index) => after[index] is null).Select(routine => routine.Name)],
            used,
            [.. MapsOf(generic).Except(used)],
            [.. after.OfType<Routine>().SelectMany(routine => pipeline.TailCallsOf(routine, spec))]);
    }

    private List<string> MapsOf(ProgramSpec program) =>
        [.. program.MapReferences.Select(reference => spec.Maps[reference.MapIndex].Name).Distinct().Order(StringComparer.Ordinal)];

    private static bool Touches(ConstantRead read, ConstantSpec constant) =>
        read.Map == constant.MapIndex && read.Offset < constant.Offset + constant.Size && read.Offset + read.Width > constant.Offset;

    private UsedConstant Used(ConstantSpec constant)
    {
        byte[] value = new byte[constant.Size];
        ReadOnlySpan<byte> content = spec.ContentOf(constant.MapIndex).Span;
        if (!content.IsEmpty)
        {
            content.Slice(constant.Offset, constant.Size).CopyTo(value);
        }

        return new UsedConstant(constant, value);
    }
}
