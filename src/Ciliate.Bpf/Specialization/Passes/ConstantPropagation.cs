using static Ciliate.Bpf.Specialization.Encoding;

namespace Ciliate.Bpf.Specialization.Passes;

/// <summary>What is computed from numbers alone becomes a number, and what takes a register that holds one takes an immediate.</summary>
internal static class ConstantPropagation
{
    /// <param name="flow">Of the routine, or of one that has the same values at the same nodes.</param>
    public static Routine Run(Routine routine, ValueFlow flow)
    {
        var edit = new RoutineEdit(routine);
        flow.ForEach((int index, in Node node, MachineState state) =>
        {
            if (Simplify(routine.Nodes[index], state, flow.Transfer) is { } simpler && simpler != routine.Nodes[index])
            {
                edit.Replace(index, simpler);
            }
        });
        return edit.Result();
    }

    private static Node? Simplify(in Node node, MachineState state, ValueTransfer transfer)
    {
        Instruction instruction = node.Instruction;
        if (instruction.IsAlu || (instruction.IsMemoryLoad && node.FrameOffset != 0))
        {
            Value result = transfer.ResultOf(node, state);
            return result.IsNumber && Node.FitsOneSlot(result.Bits)
                ? node.LoadNumber(instruction.Destination, result.Bits)
                : WithImmediate(node, state.Registers);
        }

        return instruction.IsConditionalJump ? WithImmediate(node, state.Registers) : null;
    }

    /// <summary>The register form turned into the immediate form.</summary>
    private static Node? WithImmediate(in Node node, ReadOnlySpan<Value> registers)
    {
        Instruction instruction = node.Instruction;
        bool isCode = instruction.IsAlu || instruction.IsConditionalJump;
        if (!isCode || !instruction.HasRegister || instruction.Operation is Swap or Move && instruction.IsAlu)
        {
            return null;
        }

        Value right = registers[instruction.Source];
        return right.IsNumber && Takes(instruction, right.Bits)
            ? node with
            {
                Instruction = instruction with
                {
                    Code = (byte)(instruction.Code & ~RegisterForm),
                    Registers = (byte)instruction.Destination,
                    Immediate = (int)right.Bits,
                },
            }
            : null;
    }

    /// <summary>The kernel refuses division by an immediate of 0, and shifts by more than there is, though both mean something.</summary>
    private static bool Takes(Instruction instruction, ulong number)
    {
        if (!instruction.IsNarrow && !Node.FitsSigned(number))
        {
            return false;
        }

        return !instruction.IsAlu || instruction.Operation switch
        {
            Divide or Modulo => (int)number != 0,
            ShiftLeft or ShiftRight or ShiftRightSigned => number < (instruction.IsNarrow ? 32u : 64u),
            _ => true,
        };
    }
}
