using Ciliate.Bpf.Specialization;
using static Ciliate.Bpf.Specialization.Encoding;

namespace Ciliate.Bpf.Grafting;

/// <summary>Finds where a program writes to its context, such as to the mark of a packet. The kernel allows that by program type only, so
/// it is followed here where a register may hold the context: from r1 at the start through moves, sums, the stack and functions.</summary>
public static class ContextWrites
{
    /// <summary>The source line of the first instruction that may write to the context, or that puts it where it cannot be followed; null when
    /// there is none.</summary>
    /// <exception cref="BpfObjectException">The program has a form that is not supported.</exception>
    public static string? Find(ObjectSpec spec, string program)
    {
        ProgramSpec code = spec.Program(program);
        Routine[] routines = ProgramParts.Split(spec, code);
        for (int i = 0; i < routines.Length; i++)
        {
            routines[i] = FrameUse.Find(routines[i], new ValueTransfer(new ConstantMemory(spec)));
        }

        return new ContextFlow(routines).FindWrite() switch
        {
            null => null,
            { Line: >= 0 } node => spec.Btf.Describe(code.Lines[node.Line]),
            { } node => Disassembler.Text(node.Instruction, default),
        };
    }
}

/// <summary>Where the context may be, on any way: a forward analysis over all routines of a program.</summary>
internal sealed class ContextFlow
{
    private const int CellSize = 8;

    private readonly Routine[] _routines;
    private readonly Holders[] _starts; // by routine
    private readonly bool[] _returns;
    private bool _changed;

    public ContextFlow(Routine[] routines)
    {
        _routines = routines;
        _starts = new Holders[routines.Length];
        _returns = new bool[routines.Length];
        _starts[0] = new Holders(1 << FirstArgument, 0, 0);
    }

    /// <summary>The first node that may write to the context, or put it where it is not followed.</summary>
    public Node? FindWrite()
    {
        do
        {
            _changed = false;
            for (int i = 0; i < _routines.Length; i++)
            {
                if (FindWrite(i) is { } found)
                {
                    return found;
                }
            }
        }
        while (_changed);
        return null;
    }

    private Node? FindWrite(int index)
    {
        Routine routine = _routines[index];
        BlockGraph blocks = routine.Blocks;
        var atStart = new Holders[blocks.Count];
        atStart[0] = _starts[index];
        bool again = true;
        while (again)
        {
            again = false;
            foreach (int block in blocks.Order)
            {
                Holders held = atStart[block];
                for (int i = blocks.StartOf(block); i < blocks.EndOf(block); i++)
                {
                    ref readonly Node node = ref routine.Nodes[i];
                    if (Writes(node, held))
                    {
                        return node;
                    }

                    held = Behind(index, node, held);
                }

                again |= Enter(atStart, blocks.JumpOf(block), held) | Enter(atStart, blocks.NextOf(block), held);
            }
        }

        return null;
    }

    private static bool Enter(Holders[] atStart, int block, Holders held)
    {
        if (block < 0 || atStart[block].And(held) == atStart[block])
        {
            return false;
        }

        atStart[block] = atStart[block].And(held);
        return true;
    }

    /// <summary>Stores by the context, or of the context to any place but a cell of the own frame.</summary>
    private static bool Writes(in Node node, Holders held)
    {
        Instruction instruction = node.Instruction;
        if (instruction.IsAtomic && instruction.Immediate == LoadAcquire)
        {
            return false;
        }

        if (!instruction.IsMemoryStore && !instruction.IsAtomic)
        {
            return false;
        }

        return held.Has(instruction.Destination)
            || (instruction.Class == StoreRegister && held.Has(instruction.Source) && !IsCell(node));
    }

    private Holders Behind(int routine, in Node node, Holders held)
    {
        Instruction instruction = node.Instruction;
        if (instruction.IsCall)
        {
            return Call(node, held);
        }

        if (instruction.IsExit)
        {
            Note(ref _returns[routine], held.Has(0));
            return held;
        }

        if (instruction.IsMemoryStore)
        {
            return !IsCell(node) ? held : held.WithCell(CellOf(node), instruction.Class == StoreRegister && held.Has(instruction.Source));
        }

        int to = 1 << instruction.Destination;
        bool loads = instruction.IsMemoryLoad && instruction.Width == CellSize
            && (IsCell(node) ? held.HasCell(CellOf(node)) : held.Leads(instruction.Source));
        bool takes = Takes(instruction, held.Has), leads = Takes(instruction, held.Leads);
        Holders left = held.Without(Effects.Of(node, _routines[routine]).Writes);
        return left with { Context = left.Context | (loads || takes ? to : 0), Leading = left.Leading | (leads ? to : 0) };
    }

    /// <summary>Whether what an operand holds goes on in the result.</summary>
    private static bool Takes(Instruction instruction, Func<int, bool> holds) => instruction.IsAlu
        && ((instruction.HasRegister && holds(instruction.Source)) || (instruction.Operation != Move && holds(instruction.Destination)));

    private Holders Call(in Node node, Holders held)
    {
        const int arguments = 0b111110, callerSaved = 0b111111;
        bool returns = false;
        if (node.Instruction.IsFunctionCall)
        {
            // What lies in the frame may be reached by an address that is given along.
            int leading = held.Leading | (held.Cells != 0 ? ~held.Context : 0);
            Holders before = _starts[node.Target];
            _starts[node.Target] = before.And(new Holders(held.Context & arguments, leading & arguments, 0));
            _changed |= _starts[node.Target] != before;
            returns = _returns[node.Target];
        }

        Holders left = held.Without(callerSaved);
        return left with { Context = left.Context | (returns ? 1 : 0) };
    }

    private void Note(ref bool fact, bool holds)
    {
        _changed |= holds && !fact;
        fact |= holds;
    }

    /// <summary>The verifier keeps an address whole in eight bytes at a multiple of eight, and nowhere else.</summary>
    private static bool IsCell(in Node node) =>
        node.FrameOffset < 0 && node.FrameOffset % CellSize == 0 && node.Instruction.Width == CellSize;

    private static int CellOf(in Node node) => -node.FrameOffset / CellSize - 1;

    /// <param name="Context">Registers that may hold the context, by bit.</param>
    /// <param name="Leading">Registers that may hold the address of something that holds it, by bit.</param>
    /// <param name="Cells">Of the frame, by bit from its top; it has 64.</param>
    private readonly record struct Holders(int Context, int Leading, ulong Cells)
    {
        public bool Has(int register) => (Context >> register & 1) != 0;

        public bool Leads(int register) => (Leading >> register & 1) != 0;

        public bool HasCell(int cell) => (Cells >> cell & 1) != 0;

        public Holders WithCell(int cell, bool holds) => this with { Cells = (Cells & ~(1UL << cell)) | (holds ? 1UL << cell : 0) };

        public Holders Without(int registers) => this with { Context = Context & ~registers, Leading = Leading & ~registers };

        public Holders And(Holders other) => new(Context | other.Context, Leading | other.Leading, Cells | other.Cells);
    }
}
