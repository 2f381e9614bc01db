namespace Ciliate.Bpf.Specialization;

/// <summary>The nodes of a routine in blocks: entered only at their first node, left only at their last.</summary>
internal sealed class BlockGraph
{
    private readonly Node[] _nodes;
    private readonly int[] _blockOf;
    private readonly int[] _starts;
    private int[]? _order;

    public BlockGraph(Node[] nodes)
    {
        _nodes = nodes;
        bool[] begins = new bool[nodes.Length + 1];
        begins[0] = true;
        for (int i = 0; i < nodes.Length; i++)
        {
            if (nodes[i].IsJump)
            {
                begins[nodes[i].Target] = true;
                begins[i + 1] = true;
            }
            else if (nodes[i].Instruction.IsExit)
            {
                begins[i + 1] = true;
            }
        }

        _blockOf = new int[nodes.Length];
        int count = 0;
        for (int i = 0; i < nodes.Length; i++)
        {
            count += begins[i] ? 1 : 0;
            _blockOf[i] = count - 1;
        }

        _starts = new int[count + 1];
        _starts[count] = nodes.Length;
        for (int i = nodes.Length - 1; i >= 0; i--)
        {
            _starts[_blockOf[i]] = i;
        }
    }

    public int Count => _starts.Length - 1;

    /// <summary>The blocks that can be reached, each behind all that lead to it, but for loops.</summary>
    public int[] Order => _order ??= FindOrder();

    /// <summary>Its first node.</summary>
    public int StartOf(int block) => _starts[block];

    /// <summary>One behind its last node.</summary>
    public int EndOf(int block) => _starts[block + 1];

    /// <summary>The block that its last node jumps to, or -1.</summary>
    public int JumpOf(int block)
    {
        ref readonly Node last = ref _nodes[EndOf(block) - 1];
        return last.IsJump ? _blockOf[last.Target] : -1;
    }

    /// <summary>The block that follows if its last node does not jump, or -1.</summary>
    public int NextOf(int block) => _nodes[EndOf(block) - 1].Instruction.EndsFlow ? -1 : block + 1;

    private int[] FindOrder()
    {
        int[] order = new int[Count];
        int place = Count;
        bool[] entered = new bool[Count];
        var open = new Stack<int>();
        open.Push(0);
        while (open.TryPop(out int block))
        {
            if (block < 0)
            {
                // All that it leads to has its place.
                order[--place] = ~block;
            }
            else if (!entered[block])
            {
                entered[block] = true;
                open.Push(~block);
                Open(open, JumpOf(block), entered);
                Open(open, NextOf(block), entered);
            }
        }

        return order[place..];
    }

    private static void Open(Stack<int> open, int block, bool[] entered)
    {
        if (block >= 0 && !entered[block])
        {
            open.Push(block);
        }
    }
}
