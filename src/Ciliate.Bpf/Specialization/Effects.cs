using static Ciliate.Bpf.Specialization.Encoding;

namespace Ciliate.Bpf.Specialization;

/// <summary>Which registers a node reads, and which it leaves without what they held: bit N stands for rN.</summary>
internal readonly record struct Effects(int Reads, int Writes)
{
    private const int Result = 1;
    private const int CallerSaved = 0b111111;

    /// <param name="routine">That the node is in.</param>
    public static Effects Of(in Node node, Routine routine)
    {
        Instruction instruction = node.Instruction;
        int to = 1 << instruction.Destination, from = 1 << instruction.Source;
        return instruction.Class switch
        {
            Alu32 or Alu64 => OfAlu(instruction, to, from),
            LoadRegister => new(from, to),
            Store => new(to, 0),
            StoreRegister when instruction.IsAtomic => OfAtomic(instruction.Immediate, to, from),
            StoreRegister => new(to | from, 0),
            Load when node.IsWide => new(0, to),
            Load => new(1 << 6 | (instruction.Mode == ModeIndirect ? from : 0), CallerSaved), // the packet is in r6
            _ => OfJump(node, routine, to, from),
        };
    }

    private static Effects OfAlu(Instruction instruction, int to, int from)
    {
        int right = instruction.HasRegister && instruction.Operation != Swap ? from : 0;
        return new(instruction.Operation == Move ? right : to | right, to);
    }

    private static Effects OfAtomic(int operation, int to, int from) => operation switch
    {
        CompareExchange => new(to | from | Result, Result),
        LoadAcquire => new(from, to),
        StoreRelease => new(to | from, 0),
        _ => new(to | from, (operation & Fetch) != 0 ? from : 0),
    };

    private static Effects OfJump(in Node node, Routine routine, int to, int from)
    {
        Instruction instruction = node.Instruction;
        if (instruction.IsCall)
        {
            return new(((1 << routine.ArgumentsOf(node)) - 1) << FirstArgument, CallerSaved);
        }

        return instruction.IsExit ? new(Result, 0)
            : instruction.IsUnconditionalJump || instruction.Operation == MayGo ? default
            : new(to | (instruction.HasRegister ? from : 0), 0);
    }
}
