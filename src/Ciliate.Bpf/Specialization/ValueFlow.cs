using System.Buffers;

namespace Ciliate.Bpf.Specialization;

/// <summary>What is known before every node of a routine: a forward analysis over its blocks that follows only those ways which
/// constants leave open. Nothing is known of what comes from the caller, but for the frame pointer.</summary>
internal sealed class ValueFlow : IDisposable
{
    private readonly Routine _routine;
    private readonly ValueTransfer _transfer;
    private readonly FrameRange _range;
    private readonly Value[] _registers; // by block; what is rented is filled when a block is first reached
    private readonly short[] _frames;
    private readonly bool[] _reached;
    private readonly bool[] _waiting; // by place in the order
    private readonly int[] _places;
    private readonly bool?[] _taken;
    private int _first;

    private ValueFlow(Routine routine, ValueTransfer transfer)
    {
        int blocks = routine.Blocks.Count;
        _routine = routine;
        _transfer = transfer;
        _range = routine.PrivateFrame;
        _registers = ArrayPool<Value>.Shared.Rent(blocks * Encoding.RegisterCount);
        _frames = ArrayPool<short>.Shared.Rent(blocks * _range.Size);
        _reached = new bool[blocks];
        int[] order = routine.Blocks.Order;
        _waiting = new bool[order.Length];
        _places = new int[blocks];
        for (int i = 0; i < order.Length; i++)
        {
            _places[order[i]] = i;
        }

        _taken = new bool?[blocks];
    }

    /// <param name="state">Before the node.</param>
    public delegate void Visitor(int index, in Node node, MachineState state);

    public static ValueFlow Of(Routine routine, ValueTransfer transfer)
    {
        var flow = new ValueFlow(routine, transfer);
        flow.Solve();
        return flow;
    }

    public ValueTransfer Transfer => _transfer;

    /// <summary>Whether the conditional jump at the end of a block is taken; null when it depends.</summary>
    public bool? IsTaken(int block) => _taken[block];

    /// <summary>Visits every node that is reached, in the order of the code.</summary>
    public void ForEach(Visitor visit)
    {
        MachineState state = Scratch(new Value[Encoding.RegisterCount], new short[_range.Size]);
        BlockGraph blocks = _routine.Blocks;
        for (int block = 0; block < blocks.Count; block++)
        {
            if (!_reached[block])
            {
                continue;
            }

            state.CopyFrom(At(block));
            for (int i = blocks.StartOf(block); i < blocks.EndOf(block); i++)
            {
                visit(i, _routine.Nodes[i], state);
                _transfer.Apply(_routine.Nodes[i], state);
            }
        }
    }

    public void Dispose()
    {
        ArrayPool<Value>.Shared.Return(_registers);
        ArrayPool<short>.Shared.Return(_frames);
    }

    private void Solve()
    {
        MachineState state = Scratch(new Value[Encoding.RegisterCount], new short[_range.Size]);
        state.Registers[Encoding.FramePointer] = Value.FrameAddress(0);
        Enter(0, state);
        while (Next() is var block and >= 0)
        {
            state.CopyFrom(At(block));
            BlockGraph blocks = _routine.Blocks;
            int last = blocks.EndOf(block) - 1;
            for (int i = blocks.StartOf(block); i <= last; i++)
            {
                _transfer.Apply(_routine.Nodes[i], state);
            }

            Instruction end = _routine.Nodes[last].Instruction;
            bool? taken = _taken[block] = end.IsConditionalJump ? ValueTransfer.Decide(end, state) : null;
            Enter(taken == false ? -1 : blocks.JumpOf(block), state);
            Enter(taken == true ? -1 : blocks.NextOf(block), state);
        }
    }

    private void Enter(int block, MachineState state)
    {
        if (block < 0)
        {
            return;
        }

        bool changed = true;
        if (_reached[block])
        {
            changed = At(block).JoinWith(state);
        }
        else
        {
            At(block).CopyFrom(state);
            _reached[block] = true;
        }

        if (changed)
        {
            int place = _places[block];
            _waiting[place] = true;
            _first = Math.Min(_first, place);
        }
    }

    /// <summary>The first block that is to be looked at again, or -1.</summary>
    private int Next()
    {
        while (_first < _waiting.Length && !_waiting[_first])
        {
            _first++;
        }

        if (_first == _waiting.Length)
        {
            return -1;
        }

        _waiting[_first] = false;
        return _routine.Blocks.Order[_first];
    }

    private MachineState At(int block) => new(
        _registers.AsSpan(block * Encoding.RegisterCount, Encoding.RegisterCount),
        _frames.AsSpan(block * _range.Size, _range.Size),
        _range);

    private MachineState Scratch(Value[] registers, short[] frame)
    {
        Array.Fill(frame, MachineState.Anything);
        return new MachineState(registers, frame, _range);
    }
}
