namespace Ciliate.Bpf.Specialization.Passes;

/// <summary>A jump to a jump goes where that leads; a jump to what follows anyway goes away.</summary>
internal static class JumpThreading
{
    // A chain that bites its own tail leads nowhere.
    private const int LongestChain = 16;

    public static Routine Run(Routine routine)
    {
        var edit = new RoutineEdit(routine);
        for (int i = 0; i < routine.Nodes.Length; i++)
        {
            Node node = routine.Nodes[i];
            int target = node.IsJump ? Follow(routine.Nodes, node.Target) : -1;
            if (target == i + 1 && node.Instruction.Operation != Encoding.MayGo)
            {
                edit.Remove(i);
            }
            else if (target >= 0 && target != node.Target)
            {
                edit.Replace(i, node with { Target = target });
            }
        }

        return edit.Result();
    }

    private static int Follow(Node[] nodes, int target)
    {
        int end = target;
        for (int hops = 0; nodes[end].Instruction.IsUnconditionalJump; hops++)
        {
            if (hops == LongestChain)
            {
                return target;
            }

            end = nodes[end].Target;
        }

        return end;
    }
}
