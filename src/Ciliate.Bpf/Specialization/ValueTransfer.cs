using static Ciliate.Bpf.Specialization.Encoding;

namespace Ciliate.Bpf.Specialization;

/// <summary>What a node does to what is known. Tests make mistakes in it on purpose.</summary>
internal class ValueTransfer(ConstantMemory memory)
{
    public virtual void Apply(in Node node, MachineState state)
    {
        Instruction instruction = node.Instruction;
        switch (instruction.Class)
        {
            case Alu32 or Alu64 or LoadRegister:
                state.Registers[instruction.Destination] = ResultOf(node, state);
                break;
            case Store or StoreRegister when instruction.IsMemoryStore:
                StoreTo(node, state);
                break;
            case StoreRegister:
                Atomic(node, state);
                break;
            case Load when node.IsWide:
                state.Registers[instruction.Destination] = Wide(node);
                break;
            default:
                if (instruction.IsCall || instruction.IsPacketLoad)
                {
                    // What a call leaves behind in them nobody may read.
                    state.Registers[..(LastArgument + 1)].Fill(Value.Unknown);
                }

                break;
        }
    }

    /// <summary>What an ALU instruction or a memory load leaves in its destination.</summary>
    public Value ResultOf(in Node node, MachineState state) =>
        node.Instruction.IsAlu ? Alu(node.Instruction, state.Registers) : LoadFrom(node, state);

    /// <summary>Whether a conditional jump is taken; null when nobody knows yet.</summary>
    public static bool? Decide(Instruction instruction, MachineState state)
    {
        Value left = state.Registers[instruction.Destination], right = Right(instruction, state.Registers);
        if (left.IsNumber && right.IsNumber)
        {
            return Arithmetic.Compare(instruction, left.Bits, right.Bits);
        }

        // An address in the frame or in a map's value is never null.
        return (left.IsFrameAddress || left.IsMapAddress) && right is { IsNumber: true, Bits: 0 } && !instruction.IsNarrow
            ? instruction.Operation switch { Equal => false, NotEqual => true, _ => null }
            : null;
    }

    /// <summary>The source register, or the immediate extended by its sign.</summary>
    public static Value Right(Instruction instruction, ReadOnlySpan<Value> registers) =>
        instruction.HasRegister && !(instruction.IsAlu && instruction.Operation == Swap)
            ? registers[instruction.Source]
            : Value.Number((ulong)instruction.Immediate);

    /// <summary>What a memory load reads if that is constant; otherwise null.</summary>
    public ConstantRead? ReadOf(in Node node, ReadOnlySpan<Value> registers)
    {
        Instruction instruction = node.Instruction;
        if (!instruction.IsMemoryLoad || registers[instruction.Source] is not { IsMapAddress: true } address)
        {
            return null;
        }

        ulong offset = address.Bits + (ulong)instruction.Offset;
        return memory.Read(address.Map, offset, instruction.Width, instruction.Mode == ModeSigned) is { } number
            ? new ConstantRead(address.Map, (int)offset, instruction.Width, number)
            : null;
    }

    private static Value Alu(Instruction instruction, ReadOnlySpan<Value> registers)
    {
        Value left = registers[instruction.Destination], right = Right(instruction, registers);
        if (instruction.IsCopy)
        {
            return right;
        }

        bool readsLeft = instruction.Operation != Move;
        if (right.IsNumber && (left.IsNumber || !readsLeft))
        {
            return Arithmetic.Evaluate(instruction, left.Bits, right.Bits) is { } number ? Value.Number(number) : Value.Unknown;
        }

        if (instruction.Class == Alu64 && instruction.Operation is Add or Subtract && Moved(instruction, left, right) is { } address)
        {
            return address;
        }

        return (readsLeft && left.MayReachFrame) || right.MayReachFrame ? Value.MayBeFrame : Value.Unknown;
    }

    private static Value? Moved(Instruction instruction, Value left, Value right)
    {
        bool adds = instruction.Operation == Add;
        (Value address, Value distance) = adds && left.IsNumber ? (right, left) : (left, right);
        return distance.IsNumber && (address.IsFrameAddress || address.IsMapAddress)
            ? address with { Bits = adds ? address.Bits + distance.Bits : address.Bits - distance.Bits }
            : null;
    }

    private Value LoadFrom(in Node node, MachineState state)
    {
        Instruction instruction = node.Instruction;
        return node.FrameOffset != 0
            ? state.LoadFrame(node.FrameOffset, instruction.Width, instruction.Mode == ModeSigned)
            : ReadOf(node, state.Registers) is { } read ? Value.Number(read.Number) : Value.Unknown;
    }

    private static void StoreTo(in Node node, MachineState state)
    {
        if (node.FrameOffset != 0)
        {
            Instruction instruction = node.Instruction;
            Value value = instruction.Class == StoreRegister
                ? state.Registers[instruction.Source]
                : Value.Number((ulong)instruction.Immediate);
            state.StoreFrame(node.FrameOffset, instruction.Width, value);
        }
    }

    private static void Atomic(in Node node, MachineState state)
    {
        Instruction instruction = node.Instruction;
        int operation = instruction.Immediate;
        if (node.FrameOffset != 0 && operation != LoadAcquire)
        {
            state.StoreFrame(node.FrameOffset, instruction.Width, Value.Unknown);
        }

        int written = operation switch
        {
            CompareExchange => 0,
            LoadAcquire => instruction.Destination,
            _ => (operation & Fetch) != 0 ? instruction.Source : -1,
        };
        if (written >= 0)
        {
            state.Registers[written] = Value.Unknown;
        }
    }

    private static Value Wide(in Node node) => (node.Map >= 0, node.Instruction.Source) switch
    {
        (true, PseudoSource.MapValue) => Value.MapAddress(node.Map, node.Upper),
        (true, _) => new Value(ValueKind.Map, node.Map, 0),
        (false, 0) => Value.Number(node.WideImmediate),
        _ => Value.Unknown,
    };
}
