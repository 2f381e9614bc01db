using Ciliate.Bpf.Specialization;

namespace Ciliate.Bpf.Grafting;

/// <summary>Puts a program of one object in the place of a function of another object's program, on the bytecode: for the verifier it is a
/// function like any other, that it checks by itself. Pure; no kernel needed.</summary>
public static class FunctionGraft
{
    /// <param name="stock">Is not changed.</param>
    /// <param name="program">The program in it.</param>
    /// <param name="function">The function of the program whose body goes: a global one that takes what the grafted program takes.</param>
    /// <param name="scion">Is not changed.</param>
    /// <param name="grafted">The program in it, which brings along all functions that it calls and all maps that it uses.</param>
    /// <param name="mapName">What a map of the scion is called beside those of the stock.</param>
    /// <returns>A spec like the stock's, with the maps of the scion behind its own.</returns>
    /// <exception cref="ArgumentException">There is no such program or function, or a map's name is taken.</exception>
    /// <exception cref="BpfObjectException">The scion has a form that is not supported, or calls functions of the kernel.</exception>
    public static ObjectSpec Graft(
        ObjectSpec stock, string program, string function, ObjectSpec scion, string grafted, Func<string, string> mapName)
    {
        ProgramSpec trunk = stock.Program(program), branch = scion.Program(grafted);
        RefuseKernelCalls(scion, branch);
        Routine[] own = ProgramParts.Split(stock, trunk), added = ProgramParts.Split(scion, branch);
        int place = PlaceOf(own, function, program, stock);
        var btf = BtfExtension.Of(stock.Btf, scion.Btf, [.. added.Skip(1).Select((routine, index) => NameOf(routine, index))], stock.Name);
        var shift = new Shift(place, own.Length, stock.Maps.Count, trunk.Lines.Count);
        int fallback = LineOf(own[place]);
        Routine[] all = [.. own, .. added.Skip(1)];
        all[place] = shift.Moved(added[0], own[place].TypeId, fallback);
        for (int i = 1; i < added.Length; i++)
        {
            all[own.Length + i - 1] = shift.Moved(added[i], btf.FirstFunction + (uint)i - 1, fallback);
        }

        LineInfo[] lines = [.. trunk.Lines, .. branch.Lines.Select(line => line with
        {
            FileOffset = line.FileOffset + btf.StringShift,
            TextOffset = line.TextOffset + btf.StringShift,
        })];
        ObjectSpec result = stock.Extend(btf.Btf, [.. scion.Maps.Select((map, index) => Adopted(map, scion.ContentOf(index), mapName(map.Name)))]);
        ProgramSpec described = trunk.With(trunk.Code with { Lines = lines });
        result.ReplaceProgram(described.With(ProgramAssembly.Join(result, described, all)));
        return result;
    }

    /// <summary>Puts code that was made by hand in the place of a function's body. It uses no map and calls nothing.</summary>
    /// <param name="spec">Its program is replaced.</param>
    /// <param name="code">Takes what the function takes; jumps stay inside.</param>
    /// <exception cref="ArgumentException">There is no such program, or it does not call the function.</exception>
    /// <exception cref="BpfObjectException">The code has a form that no kernel takes.</exception>
    public static void Replace(ObjectSpec spec, string program, string function, IReadOnlyList<Instruction> code)
    {
        ProgramSpec whole = spec.Program(program);
        Routine[] routines = ProgramParts.Split(spec, whole);
        int place = PlaceOf(routines, function, program, spec);
        Routine body = ProgramParts.Split(spec, whole.With(new LinkedCode([.. code], [], [], [], [])))[0];
        Node[] nodes = body.Nodes;
        nodes[0] = nodes[0] with { Line = LineOf(routines[place]) };
        routines[place] = new Routine(function, routines[place].TypeId, nodes, [], default);
        spec.ReplaceProgram(whole.With(ProgramAssembly.Join(spec, whole, routines)));
    }

    private static int PlaceOf(Routine[] routines, string function, string program, ObjectSpec spec)
    {
        int place = Array.FindIndex(routines, routine => routine.Name == function);
        return place >= 0 ? place : throw new ArgumentException($"{program} of {spec.Name} does not call a function {function}", nameof(function));
    }

    /// <summary>For code that tells no line: the kernel wants one for each function.</summary>
    private static int LineOf(Routine routine) => routine.Nodes.Select(node => node.Line).FirstOrDefault(line => line >= 0, -1);

    private static void RefuseKernelCalls(ObjectSpec scion, ProgramSpec program)
    {
        if (program.KernelCalls.Count > 0)
        {
            throw new BpfObjectException(
                scion.Name, program.SectionName,
                $"program {program.Name} calls {program.KernelCalls[0].Name} of the kernel, which a program that is put into another may not");
        }
    }

    private static string NameOf(Routine routine, int index) => routine.TypeId is null ? $"grafted_{index}" : routine.Name;

    /// <summary>A map without types: those are the scion's, and the stock's BTF does not have them.</summary>
    private static MapSpec Adopted(MapSpec map, ReadOnlyMemory<byte> content, string name) => map with
    {
        Name = name,
        KeyTypeId = 0,
        ValueTypeId = 0,
        IsPinned = false,
        InitialContent = content,
    };

    /// <summary>How the numbers in the scion's nodes change.</summary>
    /// <param name="Place">Where its first routine goes.</param>
    /// <param name="Routines">Of the stock's program; the scion's others follow.</param>
    /// <param name="Maps">Of the stock.</param>
    /// <param name="Lines">Of the stock's program.</param>
    private readonly record struct Shift(int Place, int Routines, int Maps, int Lines)
    {
        /// <param name="fallback">Line of the stock for a routine that tells none: the kernel wants one for each.</param>
        public Routine Moved(Routine routine, uint? typeId, int fallback)
        {
            var nodes = new Node[routine.Nodes.Length];
            for (int i = 0; i < nodes.Length; i++)
            {
                nodes[i] = Moved(routine.Nodes[i]);
            }

            if (nodes[0].Line < 0)
            {
                nodes[0] = nodes[0] with { Line = fallback };
            }

            return new Routine(routine.Name, typeId, nodes, [], default);
        }

        private Node Moved(in Node node) => node with
        {
            Target = !node.RefersToRoutine ? node.Target : node.Target == 0 ? Place : Routines + node.Target - 1,
            Map = node.Map < 0 ? node.Map : node.Map + Maps,
            Line = node.Line < 0 ? node.Line : node.Line + Lines,
        };
    }
}
