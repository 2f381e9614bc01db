using Ciliate.Bench.Programs.Rigs;
using Ciliate.Bench.Results;
using Ciliate.Bench.Workloads;
using Ciliate.Bpf;
using Ciliate.Datapath;
using Ciliate.Testing;

namespace Ciliate.Bench.Programs;

/// <summary>How large the kernel says our programs are, and how much of them its verifier walked through: so that growth is seen. Taken with
/// the constants of an endpoint and of an uplink that is masqueraded to.</summary>
internal static class ProgramSizes
{
    private static readonly (Measure Measure, Func<ProgramInfo, int> Read)[] s_measures =
    [
        (new("program-translated", "bytes", LowerIsBetter: true), info => info.TranslatedSize),
        (new("program-jited", "bytes", LowerIsBetter: true), info => info.JitedSize),
        (new("program-verified", "instructions", LowerIsBetter: true), info => info.VerifiedInstructions),
    ];

    /// <summary>In <c>program-…/NAME</c>, one value each: no round changes it.</summary>
    public static void Measure(Options options, Series series)
    {
        var objects = new[] { DatapathObjects.Container, DatapathObjects.Host, DatapathObjects.Collect };
        if (!objects.SelectMany(spec => spec.Programs).Any(program => s_measures.Any(size => options.Wants(size.Measure, program.Name))))
            return;
        using var rig = new OutsideRig(masquerade: true, ProgramKind.Generic);
        using var loader = new BpfLoader();
        using var bpffs = new BpfFileSystem();
        using var collect = loader.Load(DatapathObjects.Collect, new LoadOptions { PinDirectory = bpffs.Path });
        foreach (var program in rig.Programs.Concat(collect.Programs.Values))
        {
            foreach (var (measure, read) in s_measures.Where(size => options.Wants(size.Measure, program.Name)))
                series.Add(measure, program.Name, Comparison.Ours, read(program.Info));
        }
    }
}
