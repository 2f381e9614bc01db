using System.Reflection;
using Ciliate.Bpf;

namespace Ciliate.Bench.Programs;

/// <summary>The bench's own programs, compiled with it.</summary>
internal static class BenchObjects
{
    private static readonly Lazy<ObjectSpec> s_floor = new(() => Parse("floor.bpf.o"));
    private static readonly Lazy<ObjectSpec> s_replay = new(() => Parse("replay.bpf.o"));

    /// <summary>A copy, for constants of one's own.</summary>
    public static ObjectSpec Floor => s_floor.Value.Clone();

    /// <inheritdoc cref="Floor"/>
    public static ObjectSpec Replay => s_replay.Value.Clone();

    private static ObjectSpec Parse(string name)
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream(name)
            ?? throw new BenchException($"{name} is not part of this build; build again");
        var elf = new byte[stream.Length];
        stream.ReadExactly(elf);
        return ObjectSpec.Parse(elf, name);
    }
}
