namespace Ciliate.Bpf.Specialization.Passes;

/// <summary>Reads of constants become immediates, even where the number takes two slots: what is left needs no memory.</summary>
internal static class ConstantReads
{
    /// <param name="flow">Of the routine, or of one that has the same values at the same nodes.</param>
    /// <param name="reads">Told what is read.</param>
    public static Routine Run(Routine routine, ValueFlow flow, ICollection<ConstantRead> reads)
    {
        if (!Array.Exists(routine.Nodes, node => node.Map >= 0))
        {
            return routine;
        }

        var edit = new RoutineEdit(routine);
        flow.ForEach((int index, in Node node, MachineState state) =>
        {
            if (flow.Transfer.ReadOf(node, state.Registers) is { } read)
            {
                reads.Add(read);
                edit.Replace(index, node.LoadNumber(node.Instruction.Destination, read.Number));
            }
        });
        return edit.Result();
    }
}
