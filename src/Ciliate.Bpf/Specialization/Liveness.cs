namespace Ciliate.Bpf.Specialization;

/// <summary>What is still going to be read: registers by bit, and the private part of the frame in cells of four bytes, by bit from its
/// start.</summary>
internal readonly record struct Live(int Registers, UInt128 Cells)
{
    public Live And(Live other) => new(Registers | other.Registers, Cells | other.Cells);
}

/// <summary>What is live behind every node: a backward analysis over the blocks of a routine. What only dead nodes read is not live, so a
/// counter that nothing but itself reads is dead, too.</summary>
internal sealed class Liveness
{
    private const int CellSize = 4;

    private readonly Routine _routine;
    private readonly Live[] _atStart;

    private Liveness(Routine routine)
    {
        _routine = routine;
        _atStart = new Live[routine.Blocks.Count];
    }

    public static Liveness Of(Routine routine)
    {
        var liveness = new Liveness(routine);
        int[] order = routine.Blocks.Order;
        bool changed = true;
        while (changed)
        {
            changed = false;
            for (int i = order.Length - 1; i >= 0; i--)
            {
                Live before = liveness.Walk(order[i], null);
                changed |= before != liveness._atStart[order[i]];
                liveness._atStart[order[i]] = before;
            }
        }

        return liveness;
    }

    /// <summary>What is live before the first node of a block.</summary>
    public Live AtStart(int block) => _atStart[block];

    /// <summary>Visits the nodes that nobody needs.</summary>
    public void ForEachDead(Action<int> visit)
    {
        for (int block = 0; block < _routine.Blocks.Count; block++)
        {
            Walk(block, visit);
        }
    }

    /// <summary>The cells that an access to the frame touches; those that it covers as a whole.</summary>
    private (UInt128 Touched, UInt128 Covered) CellsOf(in Node node)
    {
        FrameRange frame = _routine.PrivateFrame;
        int width = node.Instruction.Width;
        if (node.FrameOffset == 0 || !frame.Touches(node.FrameOffset, width))
        {
            return default;
        }

        int start = Math.Max(node.FrameOffset, frame.Start) - frame.Start;
        int end = Math.Min(node.FrameOffset + width, frame.End) - frame.Start;
        return (Bits(start / CellSize, (end + CellSize - 1) / CellSize), Bits((start + CellSize - 1) / CellSize, end / CellSize));
    }

    private static UInt128 Bits(int from, int to) => to <= from ? UInt128.Zero : ((UInt128.One << (to - from)) - 1) << from;

    private Live Walk(int block, Action<int>? visitDead)
    {
        BlockGraph blocks = _routine.Blocks;
        int jump = blocks.JumpOf(block), next = blocks.NextOf(block);
        Live live = (jump < 0 ? default : _atStart[jump]).And(next < 0 ? default : _atStart[next]);
        for (int i = blocks.EndOf(block) - 1; i >= blocks.StartOf(block); i--)
        {
            ref readonly Node node = ref _routine.Nodes[i];
            if (IsDead(node, live))
            {
                visitDead?.Invoke(i);
            }
            else
            {
                live = Before(node, live);
            }
        }

        return live;
    }

    private bool IsDead(in Node node, Live after)
    {
        Instruction instruction = node.Instruction;
        if (instruction.IsAlu || instruction.IsMemoryLoad || node.IsWide)
        {
            return (after.Registers >> instruction.Destination & 1) == 0
                || (instruction.IsCopy && instruction.Source == instruction.Destination);
        }

        return instruction.IsMemoryStore && node.FrameOffset != 0
            && _routine.PrivateFrame.Contains(node.FrameOffset, instruction.Width)
            && (CellsOf(node).Touched & after.Cells) == 0;
    }

    private Live Before(in Node node, Live after)
    {
        var effects = Effects.Of(node, _routine);
        (UInt128 touched, UInt128 covered) = CellsOf(node);
        UInt128 cells = node.Instruction.IsMemoryStore ? after.Cells & ~covered : after.Cells | touched;
        return new Live((after.Registers & ~effects.Writes) | effects.Reads, cells);
    }
}
