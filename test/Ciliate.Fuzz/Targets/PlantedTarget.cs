using Ciliate.Testing;

namespace Ciliate.Fuzz.Targets;

/// <summary>Has a fault that must be found: the proof that the search would find others.</summary>
internal sealed class PlantedTarget : IFuzzTarget
{
    public string Name => "planted";

    public IReadOnlyList<string> Instrumented => ["Ciliate.Testing.dll"];

    public int LongestInput => 64;

    public string? Dictionary => null;

    public void Try(ReadOnlyMemory<byte> input) => PlantedFault.Read(input.Span);
}
