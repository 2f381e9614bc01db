namespace Ciliate.Bpf;

/// <summary>The blueprint of a program: its function and all functions that it calls, in one piece. Only what the kernel
/// gives is missing: descriptors of maps, and ids of functions of its own.</summary>
public sealed class ProgramSpec
{
    internal ProgramSpec(
        string name, string sectionName, SectionMeaning meaning, string license, LinkedCode code)
    {
        Name = name;
        SectionName = sectionName;
        Type = meaning.Type;
        AttachType = meaning.AttachType;
        License = license;
        Code = code;
    }

    /// <summary>The C function.</summary>
    public string Name { get; }

    /// <summary>The section it was written to; its name tells <see cref="Type"/> and <see cref="AttachType"/>.</summary>
    public string SectionName { get; }

    public ProgramType Type { get; }

    public AttachType AttachType { get; }

    /// <summary>Decides which helpers the kernel lets it call.</summary>
    public string License { get; }

    public IReadOnlyList<Instruction> Instructions => Code.Instructions;

    public IReadOnlyList<MapReference> MapReferences => Code.MapReferences;

    public IReadOnlyList<KernelCall> KernelCalls => Code.KernelCalls;

    public IReadOnlyList<FunctionInfo> Functions => Code.Functions;

    public IReadOnlyList<LineInfo> Lines => Code.Lines;

    internal LinkedCode Code { get; }

    /// <summary>The same code as a program of another type, attached nowhere: the verifier holds it to what programs of that type may do.</summary>
    public ProgramSpec As(ProgramType type) => new(Name, SectionName, new SectionMeaning(type, AttachType.None), License, Code);

    /// <summary>The same program with other code.</summary>
    internal ProgramSpec With(LinkedCode code) => new(Name, SectionName, new SectionMeaning(Type, AttachType), License, code);
}

/// <summary>A wide load that needs the descriptor of a map.</summary>
/// <param name="Slot">Of the instruction.</param>
/// <param name="MapIndex">In <see cref="ObjectSpec.Maps"/>.</param>
/// <param name="IsValue">The load yields the address of the map's only value plus <paramref name="Offset"/>, not the map.</param>
public readonly record struct MapReference(int Slot, int MapIndex, bool IsValue, int Offset);

/// <summary>A call of a function of the kernel (kfunc).</summary>
/// <param name="Slot">Of the instruction.</param>
/// <param name="IsWeak">Where the kernel does not offer the function, the call yields 0.</param>
public readonly record struct KernelCall(int Slot, string Name, bool IsWeak);

/// <summary>Result of <see cref="ProgramLinker"/>; shared by all loads of the object, never written to.</summary>
internal sealed record LinkedCode(
    Instruction[] Instructions, MapReference[] MapReferences, KernelCall[] KernelCalls, FunctionInfo[] Functions, LineInfo[] Lines);
