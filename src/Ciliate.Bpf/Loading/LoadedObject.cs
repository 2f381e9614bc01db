namespace Ciliate.Bpf;

/// <summary>The thing made from a spec: programs and maps by their C names. Disposing closes them; what is attached or pinned stays.</summary>
public sealed class LoadedObject : IDisposable
{
    private readonly IReadOnlyCollection<BpfMap> _owned;

    internal LoadedObject(string name, IReadOnlyDictionary<string, BpfProgram> programs, IReadOnlyDictionary<string, BpfMap> maps, IReadOnlyCollection<BpfMap> owned)
    {
        Name = name;
        Programs = programs;
        Maps = maps;
        _owned = owned;
    }

    /// <summary>Of the object file.</summary>
    public string Name { get; }

    public IReadOnlyDictionary<string, BpfProgram> Programs { get; }

    /// <summary>Data sections are here too, as ".rodata" and so on.</summary>
    public IReadOnlyDictionary<string, BpfMap> Maps { get; }

    /// <exception cref="KeyNotFoundException">There is no such program, or it was not loaded.</exception>
    public BpfProgram Program(string name) =>
        Programs.TryGetValue(name, out BpfProgram? program) ? program : throw new KeyNotFoundException($"{Name} has no program {name} loaded");

    /// <exception cref="KeyNotFoundException">There is no such map, or no program needed it.</exception>
    public BpfMap Map(string name) =>
        Maps.TryGetValue(name, out BpfMap? map) ? map : throw new KeyNotFoundException($"{Name} has no map {name} loaded");

    public void Dispose()
    {
        foreach (BpfProgram program in Programs.Values)
        {
            program.Dispose();
        }

        foreach (BpfMap map in _owned)
        {
            map.Dispose();
        }
    }
}
