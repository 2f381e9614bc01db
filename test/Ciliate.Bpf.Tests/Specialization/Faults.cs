using Ciliate.Bpf.Specialization;
using Ciliate.Bpf.Specialization.Passes;

namespace Ciliate.Bpf.Tests.Specialization;

/// <summary>Faults that a specializer could have, one at a time: what checks it has to notice them.</summary>
internal static class Faults
{
    private static readonly Dictionary<string, Func<ObjectSpec, ProgramSpec, LinkedCode>> s_faults = new()
    {
        ["a call leaves all registers as they were"] = WrongValues(memory => new ForgetsCalls(memory)),
        ["a load is not extended by its sign"] = WrongValues(memory => new ForgetsSigns(memory)),
        ["a 32-bit operation keeps the upper half"] = WrongValues(memory => new ForgetsWidths(memory)),
        ["a store to the frame is not seen"] = WrongValues(memory => new ForgetsStores(memory)),
        ["an atomic operation on the frame is not seen"] = WrongValues(memory => new ForgetsAtomics(memory)),
        ["what was lent out is taken for private"] = WrongFrame,
        ["jumps over what was removed go one too far"] = WrongJumps,
        ["a comparison is taken for a signed one"] = WrongBranches,
    };

    public static IEnumerable<string> Names => s_faults.Keys;

    public static LinkedCode Run(string fault, ObjectSpec spec, ProgramSpec program) => s_faults[fault](spec, program);

    private static LinkedCode Run(ObjectSpec spec, ProgramSpec program, Func<Routine, Routine> specialize) =>
        ProgramAssembly.Join(spec, program, UnusedFunctions.Run(ProgramParts.Split(spec, program), specialize));

    private static Func<ObjectSpec, ProgramSpec, LinkedCode> WrongValues(Func<ConstantMemory, ValueTransfer> make) => (spec, program) =>
    {
        ValueTransfer transfer = make(new ConstantMemory(spec));
        return Run(spec, program, routine => Settle(FrameUse.Find(routine, transfer), transfer));
    };

    private static LinkedCode WrongFrame(ObjectSpec spec, ProgramSpec program)
    {
        var transfer = new ValueTransfer(new ConstantMemory(spec));
        return Run(spec, program, routine =>
        {
            Routine marked = FrameUse.Find(routine, transfer);
            return DeadCode.Run(Settle(marked.With(marked.Nodes, new FrameRange(-512, 0)), transfer));
        });
    }

    private static LinkedCode WrongJumps(ObjectSpec spec, ProgramSpec program)
    {
        var transfer = new ValueTransfer(new ConstantMemory(spec));
        return Run(spec, program, routine =>
        {
            Routine settled = Settle(FrameUse.Find(routine, transfer), transfer);
            int last = Array.FindLastIndex(settled.Nodes, node => node.Instruction.IsConditionalJump);
            if (last < 0 || settled.Nodes.Length == routine.Nodes.Length)
            {
                return settled;
            }

            var nodes = (Node[])settled.Nodes.Clone();
            nodes[last] = nodes[last] with { Target = nodes[last].Target + 1 };
            return settled.With(nodes);
        });
    }

    private static LinkedCode WrongBranches(ObjectSpec spec, ProgramSpec program)
    {
        var transfer = new ValueTransfer(new ConstantMemory(spec));
        return Run(spec, program, routine =>
        {
            using var flow = ValueFlow.Of(routine.With([.. routine.Nodes.Select(TakeForSigned)]), transfer);
            return BranchFolding.Run(routine, flow);
        });
    }

    private static Node TakeForSigned(Node node)
    {
        Instruction jump = node.Instruction;
        return jump.IsConditionalJump && jump.Operation == Encoding.Greater
            ? node with { Instruction = jump with { Code = (byte)(jump.Code | Encoding.GreaterSigned << 4) } }
            : node;
    }

    private static Routine Settle(Routine routine, ValueTransfer transfer)
    {
        using var flow = ValueFlow.Of(routine, transfer);
        return UnreachableCode.Run(BranchFolding.Run(ConstantPropagation.Run(ConstantReads.Run(routine, flow, []), flow), flow));
    }

    private sealed class ForgetsCalls(ConstantMemory memory) : ValueTransfer(memory)
    {
        public override void Apply(in Node node, MachineState state)
        {
            if (!node.Instruction.IsCall)
            {
                base.Apply(node, state);
            }
        }
    }

    private sealed class ForgetsSigns(ConstantMemory memory) : ValueTransfer(memory)
    {
        public override void Apply(in Node node, MachineState state)
        {
            Instruction load = node.Instruction;
            bool signed = load.IsMemoryLoad && load.Mode == Encoding.ModeSigned;
            Instruction plain = load with { Code = (byte)(load.Code & 0x1f | Encoding.ModeMemory) };
            base.Apply(signed ? node with { Instruction = plain } : node, state);
        }
    }

    private sealed class ForgetsWidths(ConstantMemory memory) : ValueTransfer(memory)
    {
        public override void Apply(in Node node, MachineState state)
        {
            Instruction narrow = node.Instruction;
            bool isSum = narrow.Class == Encoding.Alu32 && narrow.Operation is Encoding.Add or Encoding.Subtract or Encoding.Multiply;
            base.Apply(isSum ? node with { Instruction = narrow with { Code = (byte)(narrow.Code | Encoding.Alu64) } } : node, state);
        }
    }

    private sealed class ForgetsStores(ConstantMemory memory) : ValueTransfer(memory)
    {
        public override void Apply(in Node node, MachineState state)
        {
            if (!node.Instruction.IsMemoryStore || node.Instruction.Width == sizeof(ulong))
            {
                base.Apply(node, state);
            }
        }
    }

    private sealed class ForgetsAtomics(ConstantMemory memory) : ValueTransfer(memory)
    {
        public override void Apply(in Node node, MachineState state) =>
            base.Apply(node.Instruction.IsAtomic ? node with { FrameOffset = 0 } : node, state);
    }
}
