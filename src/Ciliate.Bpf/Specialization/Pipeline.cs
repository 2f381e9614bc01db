using Ciliate.Bpf.Specialization.Passes;

namespace Ciliate.Bpf.Specialization;

/// <summary>The passes over one routine, again and again until none finds anything to do.</summary>
internal sealed class Pipeline(ConstantMemory memory)
{
    private readonly ValueTransfer _transfer = new(memory);
    private readonly HashSet<ConstantRead> _reads = [];

    /// <summary>What was read from constant memory in all routines so far.</summary>
    public IReadOnlyCollection<ConstantRead> Reads => _reads;

    public Routine Run(Routine routine)
    {
        while (true)
        {
            (Routine settled, FrameRange frame, bool isShorter) = Settle(routine);
            Routine clean = CleanUp(settled);
            routine = SelectedReads.Run(clean, memory, _reads);
            // A constant that is chosen may be the same on all ways, and fewer ways may leave more of the frame private.
            if (routine == clean && (!isShorter || FrameUse.Find(clean, _transfer).PrivateFrame.Size <= frame.Size))
            {
                return CleanUp(UnreachableCode.Run(EarlyExits.Run(clean)));
            }
        }
    }

    /// <summary>Its tail calls, with the number of the entry where it is known.</summary>
    public IReadOnlyList<TailCall> TailCallsOf(Routine routine, ObjectSpec spec)
    {
        var found = new List<TailCall>();
        if (!Array.Exists(routine.Nodes, IsTailCall))
        {
            return found;
        }

        using var flow = ValueFlow.Of(routine, _transfer);
        flow.ForEach((int index, in Node node, MachineState state) =>
        {
            if (IsTailCall(node))
            {
                Value map = state.Registers[2], entry = state.Registers[3];
                found.Add(new TailCall(
                    map.Kind == ValueKind.Map ? spec.Maps[map.Map].Name : null,
                    entry.IsNumber ? (uint)entry.Bits : null));
            }
        });
        return found;
    }

    private static bool IsTailCall(Node node) => node.Instruction is { Code: OpCode.Call, Source: 0, Immediate: Helpers.TailCall };

    /// <summary>The analysis leaves out ways that constants close, so once is enough as long as it sees the same constants.</summary>
    private (Routine Settled, FrameRange Frame, bool IsShorter) Settle(Routine routine)
    {
        Routine marked = FrameUse.Find(routine, _transfer);
        using var flow = ValueFlow.Of(marked, _transfer);
        Routine changed = ConstantReads.Run(marked, flow, _reads);
        changed = ConstantPropagation.Run(changed, flow);
        changed = BranchFolding.Run(changed, flow);
        changed = UnreachableCode.Run(changed);
        return (changed, marked.PrivateFrame, changed.Nodes.Length < routine.Nodes.Length);
    }

    /// <summary>Dead code goes at once, with all that it took, but it may leave jumps over nothing, and conditions that nobody asks.</summary>
    private static Routine CleanUp(Routine routine)
    {
        routine = DeadCode.Run(routine);
        while (JumpThreading.Run(routine) is var threaded && threaded != routine)
        {
            threaded = UnreachableCode.Run(threaded);
            routine = CountConditions(threaded) < CountConditions(routine) ? DeadCode.Run(threaded) : threaded;
        }

        return routine;
    }

    private static int CountConditions(Routine routine)
    {
        int count = 0;
        foreach (ref readonly Node node in routine.Nodes.AsSpan())
        {
            count += node.Instruction.IsConditionalJump ? 1 : 0;
        }

        return count;
    }
}
