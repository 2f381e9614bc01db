namespace Ciliate.Bpf.Specialization.Passes;

/// <summary>Removes what no way from the start of a routine leads to.</summary>
internal static class UnreachableCode
{
    public static Routine Run(Routine routine)
    {
        BlockGraph blocks = routine.Blocks;
        if (blocks.Order.Length == blocks.Count)
        {
            return routine;
        }

        bool[] reached = new bool[blocks.Count];
        foreach (int block in blocks.Order)
        {
            reached[block] = true;
        }

        var edit = new RoutineEdit(routine);
        for (int block = 0; block < blocks.Count; block++)
        {
            for (int i = blocks.StartOf(block); i < blocks.EndOf(block) && !reached[block]; i++)
            {
                edit.Remove(i);
            }
        }

        return edit.Result();
    }
}
