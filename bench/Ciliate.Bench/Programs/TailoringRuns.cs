using Ciliate.Bench.Programs.Rigs;
using Ciliate.Bench.Workloads;

namespace Ciliate.Bench.Programs;

/// <summary>What it takes to make the programs of one container with both families and masquerade: both
/// programs, from the constants until the kernel has them. Attaching is not in it.</summary>
internal static class TailoringRuns
{
    public static readonly Measure Whole = new("tailoring", "ms", LowerIsBetter: true);
    public static readonly Measure Making = new("tailoring-making", "ms", LowerIsBetter: true);

    public static IReadOnlyList<Measure> Measures { get; } = [Whole, Making];

    public static IReadOnlyList<Figure> Run()
    {
        using var rig = new OutsideRig(masquerade: true, ProgramKind.Generic);
        return Linux.DedicatedThread.Run("tailoring", () =>
        {
            Cpu.Enter();
            _ = rig.MakePrograms(); // what is done once for all of them, and the JIT compiler of .NET
            var (making, loading) = rig.MakePrograms();
            return new Figure[] { new(Whole, (making + loading).TotalMilliseconds), new(Making, making.TotalMilliseconds) };
        });
    }
}
