namespace Ciliate.Bpf.Specialization.Passes;

/// <summary>Keeps the functions that the program can still come to: by calls, and by addresses that a helper like bpf_loop calls.</summary>
internal static class UnusedFunctions
{
    /// <param name="routines">The first is where the program begins.</param>
    /// <param name="specialize">Applied to those that stay, and to no other.</param>
    /// <returns>By the same index; null for those that are gone.</returns>
    public static Routine?[] Run(Routine[] routines, Func<Routine, Routine> specialize)
    {
        var left = new Routine?[routines.Length];
        var open = new Stack<int>();
        open.Push(0);
        while (open.TryPop(out int index))
        {
            if (left[index] is not null)
            {
                continue;
            }

            left[index] = specialize(routines[index]);
            foreach (ref readonly Node node in left[index]!.Nodes.AsSpan())
            {
                if (node.RefersToRoutine)
                {
                    open.Push(node.Target);
                }
            }
        }

        return left;
    }
}
