namespace Ciliate.Bpf.Specialization.Passes;

/// <summary>A jump to an exit is one. Comes last: such a jump may be one to what follows as soon as the code between is gone.</summary>
internal static class EarlyExits
{
    public static Routine Run(Routine routine)
    {
        var edit = new RoutineEdit(routine);
        for (int i = 0; i < routine.Nodes.Length; i++)
        {
            Node node = routine.Nodes[i];
            if (node.Instruction.IsUnconditionalJump && routine.Nodes[node.Target].Instruction.IsExit)
            {
                edit.Replace(i, routine.Nodes[node.Target]);
            }
        }

        return edit.Result();
    }
}
