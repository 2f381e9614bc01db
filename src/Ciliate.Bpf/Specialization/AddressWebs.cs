using System.Numerics;

namespace Ciliate.Bpf.Specialization;

/// <summary>Constant addresses that meet in one register before they are read: for each place that makes one, the group that it belongs
/// to. The compiler turns <c>a ? x : y</c> with two constants in memory into one load by an address that is chosen before.</summary>
internal sealed class AddressWebs
{
    private const int None = -1; // not from a place that makes an address

    private readonly Routine _routine;
    private readonly Liveness _liveness;
    private readonly int[] _parents; // by node: another of the same group, or itself
    private readonly bool[] _broken; // by the node that stands for its group
    private readonly int[] _atStart; // by block and register: the node that made the address
    private readonly bool[] _reached;

    private AddressWebs(Routine routine)
    {
        _routine = routine;
        _liveness = Liveness.Of(routine);
        _parents = [.. Enumerable.Range(0, routine.Nodes.Length)];
        _broken = new bool[routine.Nodes.Length];
        _atStart = new int[routine.Blocks.Count * Encoding.RegisterCount];
        _reached = new bool[routine.Blocks.Count];
    }

    /// <param name="made">By register: a node of the group whose address it holds, or -1.</param>
    public delegate void Visitor(int index, in Node node, ReadOnlySpan<int> made);

    public static AddressWebs Of(Routine routine)
    {
        var webs = new AddressWebs(routine);
        while (webs.Spread(null))
        {
        }

        return webs;
    }

    public static bool MakesAddress(in Node node) => node.Map >= 0 && node.Instruction.Source == PseudoSource.MapValue;

    /// <summary>The node that stands for the group.</summary>
    public int GroupOf(int node)
    {
        while (_parents[node] != node)
        {
            node = _parents[node] = _parents[_parents[node]];
        }

        return node;
    }

    /// <summary>Where the register may hold something else, too.</summary>
    public bool IsBroken(int node) => _broken[GroupOf(node)];

    public void ForEach(Visitor visit) => Spread(visit);

    private bool Spread(Visitor? visit)
    {
        bool changed = false;
        int[] made = new int[Encoding.RegisterCount];
        BlockGraph blocks = _routine.Blocks;
        for (int block = 0; block < blocks.Count; block++)
        {
            if (block == 0)
            {
                Array.Fill(made, None);
                changed |= Enter(0, made);
            }

            if (!_reached[block])
            {
                continue;
            }

            At(block).CopyTo(made);
            for (int i = blocks.StartOf(block); i < blocks.EndOf(block); i++)
            {
                visit?.Invoke(i, _routine.Nodes[i], made);
                Step(i, made);
            }

            changed |= Enter(blocks.JumpOf(block), made) | Enter(blocks.NextOf(block), made);
        }

        return changed;
    }

    private void Step(int index, Span<int> made)
    {
        ref readonly Node node = ref _routine.Nodes[index];
        int written = Effects.Of(node, _routine).Writes;
        for (; written != 0; written &= written - 1)
        {
            made[BitOperations.TrailingZeroCount(written)] = MakesAddress(node) ? index : None;
        }
    }

    private bool Enter(int block, ReadOnlySpan<int> made)
    {
        if (block < 0)
        {
            return false;
        }

        bool changed = !_reached[block];
        int live = _liveness.AtStart(block).Registers;
        Span<int> there = At(block);
        for (int register = 0; register < made.Length; register++)
        {
            int arriving = (live >> register & 1) != 0 ? made[register] : None;
            if (!_reached[block])
            {
                there[register] = arriving;
            }
            else if ((live >> register & 1) != 0)
            {
                changed |= Meet(ref there[register], arriving);
            }
        }

        _reached[block] = true;
        return changed;
    }

    private bool Meet(ref int here, int arriving)
    {
        if (here == None && arriving == None)
        {
            return false;
        }

        if (here != None && arriving != None)
        {
            int left = GroupOf(here), right = GroupOf(arriving);
            _broken[left] |= _broken[right];
            _parents[right] = left;
            return left != right;
        }

        int group = GroupOf(here == None ? arriving : here);
        bool changed = !_broken[group];
        _broken[group] = true;
        here = group;
        return changed;
    }

    private Span<int> At(int block) => _atStart.AsSpan(block * Encoding.RegisterCount, Encoding.RegisterCount);
}
