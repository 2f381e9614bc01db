using Ciliate.Bpf;
using Ciliate.Bpf.Grafting;

namespace Ciliate.Datapath;

/// <summary>A program of the user's that was found fit to judge the packets of a container: it reads them, and returns 0 to keep one; anything
/// else drops it. What it may do is written in docs/user-programs.md.</summary>
public sealed class UserProgram
{
    private const string Place = "user_program_";

    private readonly ObjectSpec _spec;

    private UserProgram(ObjectSpec spec, string name)
    {
        _spec = spec;
        Name = name;
    }

    /// <summary>The C function.</summary>
    public string Name { get; }

    /// <summary>Maps that it uses, by their C names; data sections are among them.</summary>
    public IReadOnlyList<string> Maps => [.. MapSpecs.Select(map => map.Name).Order(StringComparer.Ordinal)];

    internal IEnumerable<MapSpec> MapSpecs => _spec.Program(Name).MapReferences.Select(reference => _spec.Maps[reference.MapIndex]).Distinct();

    /// <param name="file">As errors name it.</param>
    /// <param name="program">Null: the only one of the object.</param>
    /// <exception cref="DatapathException">One line that names the file, what is wrong, and the source line where it is known.</exception>
    public static UserProgram Check(ReadOnlyMemory<byte> elf, string file, string? program = null)
    {
        var opened = Open(elf, file, program);
        UserProgramRules.Check(opened._spec, opened.Name);
        return opened;
    }

    internal static UserProgram Check(UserHook hook) => Check(hook.Elf, hook.File, hook.Program);

    /// <summary>One that was found fit when it came.</summary>
    internal static UserProgram Open(UserHook hook) => Open(hook.Elf, hook.File, hook.Program);

    private static UserProgram Open(ReadOnlyMemory<byte> elf, string file, string? program)
    {
        try
        {
            var spec = ObjectSpec.Parse(elf, file);
            return new UserProgram(spec, UserProgramRules.Choose(spec, program));
        }
        catch (BpfObjectException error)
        {
            throw new DatapathException(error.Message, error);
        }
    }

    /// <summary>A program of the datapath with this one in it.</summary>
    /// <param name="stock">Is not changed.</param>
    internal ObjectSpec PutInto(ObjectSpec stock, string program, TrafficDirection direction)
    {
        string way = WayOf(direction);
        var grafted = FunctionGraft.Graft(stock, program, Place + way, _spec, Name, MapName);
        grafted.SetConstant("user_" + way, (byte)1);
        return grafted;
    }

    /// <summary>The user's map as it is called beside those of the datapath.</summary>
    internal static string MapName(string name) => "user " + name;

    /// <summary>Makes its maps; those that are given are used as they are where they fit.</summary>
    internal LoadedObject MakeMaps(BpfLoader loader, IReadOnlyDictionary<string, BpfMap> kept)
    {
        var alone = UserProgramRules.AsReader(_spec, Name);
        return loader.Load(alone, new LoadOptions { Programs = [Name], MapReplacements = kept });
    }

    private static string WayOf(TrafficDirection direction) => direction == TrafficDirection.Egress ? "egress" : "ingress";
}
