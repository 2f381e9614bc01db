namespace Ciliate.Bpf.Specialization.Passes;

/// <summary>A branch that always goes one way becomes a jump, or nothing.</summary>
internal static class BranchFolding
{
    /// <param name="flow">Of the routine, or of one that has the same values at the same nodes.</param>
    public static Routine Run(Routine routine, ValueFlow flow)
    {
        var edit = new RoutineEdit(routine);
        BlockGraph blocks = routine.Blocks;
        for (int block = 0; block < blocks.Count; block++)
        {
            int last = blocks.EndOf(block) - 1;
            switch (flow.IsTaken(block))
            {
                case true:
                    edit.Replace(last, routine.Nodes[last] with { Instruction = new Instruction(Encoding.JumpAlways, 0, 0, 0, 0) });
                    break;
                case false:
                    edit.Remove(last);
                    break;
                default:
                    break;
            }
        }

        return edit.Result();
    }
}
