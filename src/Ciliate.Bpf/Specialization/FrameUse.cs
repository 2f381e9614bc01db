using static Ciliate.Bpf.Specialization.Encoding;

namespace Ciliate.Bpf.Specialization;

/// <summary>Finds how a routine uses its stack frame: marks every access whose place is known, and tells which part nobody else
/// reaches.</summary>
/// <remarks>
/// An address in the frame that is given to a helper or to a global function lets them reach upwards from there, which the kernel
/// checks. Any other way out (to a static function, into memory, into arithmetic with what is not known) could lead anywhere, so
/// nothing is private then.
/// </remarks>
internal sealed class FrameUse
{
    private readonly Routine _routine;
    private readonly bool _hasCallbacks;
    private readonly Node[] _nodes;
    private int _lowest; // of what is accessed
    private int _exposed; // what lies here or above others may reach

    private FrameUse(Routine routine)
    {
        _routine = routine;
        _nodes = (Node[])routine.Nodes.Clone();
        foreach (Node node in routine.Nodes)
        {
            _hasCallbacks |= node.IsFunctionAddress;
        }
    }

    /// <summary>The routine with its accesses marked and its private frame.</summary>
    public static Routine Find(Routine routine, ValueTransfer transfer)
    {
        var use = new FrameUse(routine);
        using var flow = ValueFlow.Of(routine.With(routine.Nodes, default), transfer);
        flow.ForEach(use.Look);
        bool hasPrivate = use._exposed > use._lowest;
        return routine.With(use._nodes, hasPrivate ? new FrameRange(use._lowest & -sizeof(ulong), use._exposed) : default);
    }

    private void Look(int index, in Node node, MachineState state)
    {
        Instruction instruction = node.Instruction;
        if (instruction.IsMemoryLoad)
        {
            Access(index, state.Registers[instruction.Source]);
        }
        else if (instruction.IsAtomic && instruction.Immediate == LoadAcquire)
        {
            Access(index, state.Registers[instruction.Source]);
        }
        else if (instruction.IsMemoryStore || instruction.IsAtomic)
        {
            Access(index, state.Registers[instruction.Destination]);
            ExposeAll(instruction.Class == StoreRegister ? state.Registers[instruction.Source] : Value.Unknown);
        }
        else if (instruction.IsCall)
        {
            Call(node, state.Registers);
        }
        else if (instruction.IsExit)
        {
            ExposeAll(state.Registers[0]);
        }
    }

    private void Access(int index, Value address)
    {
        ref Node node = ref _nodes[index];
        long offset = (long)address.Bits + node.Instruction.Offset;
        node = node with { FrameOffset = 0 };
        if (!address.MayReachFrame)
        {
            return;
        }

        // The kernel refuses what is outside of the frame.
        const int largestFrame = 512;
        if (address.IsFrameAddress && offset is < 0 and >= -largestFrame)
        {
            node = node with { FrameOffset = (int)offset };
            _lowest = Math.Min(_lowest, (int)offset);
        }
        else
        {
            ExposeAll(address);
        }
    }

    private void Call(in Node node, ReadOnlySpan<Value> registers)
    {
        int last = _routine.ArgumentsOf(node);
        bool isBounded = !_hasCallbacks && node.Instruction.Source switch
        {
            PseudoSource.Call => _routine.CalleeOf(node).IsGlobal,
            PseudoSource.KernelFunction => false,
            _ => true,
        };
        for (int i = FirstArgument; i <= last; i++)
        {
            if (isBounded && registers[i].IsFrameAddress)
            {
                _exposed = (int)Math.Min(_exposed, (long)registers[i].Bits);
            }
            else
            {
                ExposeAll(registers[i]);
            }
        }
    }

    private void ExposeAll(Value address)
    {
        if (address.MayReachFrame)
        {
            _exposed = int.MinValue;
        }
    }
}
