namespace Ciliate.Bpf.Specialization.Passes;

/// <summary>Removes what is computed, loaded or put into the private part of the frame and never read. Calls stay, whatever becomes of
/// their result, and so do stores to what others may read.</summary>
internal static class DeadCode
{
    public static Routine Run(Routine routine)
    {
        var edit = new RoutineEdit(routine);
        Liveness.Of(routine).ForEachDead(index => edit.Remove(index));
        return edit.Result();
    }
}
