using System.Numerics;
using static Ciliate.Bpf.Specialization.Encoding;

namespace Ciliate.Bpf.Specialization.Passes;

/// <summary>Where the address of a constant is chosen first and read later, the constant itself is chosen: each place that makes an address
/// makes the number instead, and the read becomes a move. Dead code must be gone, for what it reads is not looked at.</summary>
internal static class SelectedReads
{
    /// <param name="reads">Told what is read.</param>
    public static Routine Run(Routine routine, ConstantMemory memory, ICollection<ConstantRead> reads)
    {
        if (!Array.Exists(routine.Nodes, node => AddressWebs.MakesAddress(node) && memory.IsConstant(node.Map)))
        {
            return routine;
        }

        var webs = AddressWebs.Of(routine);
        Dictionary<int, Instruction> loads = FindLoads(routine, webs);
        Keep(routine, webs, memory, loads);
        var edit = new RoutineEdit(routine);
        for (int i = 0; i < routine.Nodes.Length; i++)
        {
            Node node = routine.Nodes[i];
            if (AddressWebs.MakesAddress(node) && loads.TryGetValue(webs.GroupOf(i), out Instruction load))
            {
                ConstantRead read = ReadBy(load, node, memory)!.Value;
                reads.Add(read);
                edit.Replace(i, node.LoadNumber(node.Instruction.Destination, read.Number));
            }
        }

        webs.ForEach((int index, in Node node, ReadOnlySpan<int> made) =>
        {
            Instruction load = node.Instruction;
            if (load.IsMemoryLoad && made[load.Source] is var from and >= 0 && loads.ContainsKey(webs.GroupOf(from)))
            {
                var move = new Instruction(OpCode.MoveRegister64, load.Destination, load.Source, 0, 0);
                edit.Replace(index, node with { Instruction = move });
            }
        });
        return edit.Result();
    }

    /// <summary>By group, the load that reads it; only of groups that are used by loads alone, all of the same place and width.</summary>
    private static Dictionary<int, Instruction> FindLoads(Routine routine, AddressWebs webs)
    {
        var loads = new Dictionary<int, Instruction>();
        var others = new HashSet<int>();
        webs.ForEach((int index, in Node node, ReadOnlySpan<int> made) =>
        {
            Instruction load = node.Instruction;
            for (int reads = Effects.Of(node, routine).Reads; reads != 0; reads &= reads - 1)
            {
                int from = made[BitOperations.TrailingZeroCount(reads)];
                if (from < 0)
                {
                    continue;
                }

                int group = webs.GroupOf(from);
                bool isLike = load.IsMemoryLoad && (loads.TryAdd(group, load) || IsLike(loads[group], load));
                if (!isLike || webs.IsBroken(group))
                {
                    others.Add(group);
                }
            }
        });
        foreach (int group in others)
        {
            loads.Remove(group);
        }

        return loads;
    }

    private static bool IsLike(Instruction load, Instruction other) => load.Code == other.Code && load.Offset == other.Offset;

    /// <summary>Lets go of groups with an address whose content may change.</summary>
    private static void Keep(Routine routine, AddressWebs webs, ConstantMemory memory, Dictionary<int, Instruction> loads)
    {
        for (int i = 0; i < routine.Nodes.Length; i++)
        {
            if (AddressWebs.MakesAddress(routine.Nodes[i]) && loads.TryGetValue(webs.GroupOf(i), out Instruction load)
                && ReadBy(load, routine.Nodes[i], memory) is null)
            {
                loads.Remove(webs.GroupOf(i));
            }
        }
    }

    private static ConstantRead? ReadBy(Instruction load, in Node address, ConstantMemory memory)
    {
        long offset = (long)address.Upper + load.Offset;
        return memory.Read(address.Map, (ulong)offset, load.Width, load.Mode == ModeSigned) is { } number
            ? new ConstantRead(address.Map, (int)offset, load.Width, number)
            : null;
    }
}
