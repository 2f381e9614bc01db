using Ciliate.Bpf;
using Ciliate.Linux;

namespace Ciliate.Datapath;

/// <summary>What the kernel must have for the datapath, found out by trying. Tcx is not among it: clsact stands for that.</summary>
public static class KernelRequirements
{
    /// <summary>The oldest kernel that the tests run on. It has everything.</summary>
    private static readonly Version Oldest = new(6, 1);

    public static IReadOnlyList<Feature> All { get; } =
    [
        KernelFeatures.BtfLoad, KernelFeatures.MapFreeze, KernelFeatures.MappableArray, KernelFeatures.BatchCalls, KernelFeatures.RingBuffer,
        KernelFeatures.RedirectPeer, KernelFeatures.RedirectNeighbour, KernelFeatures.ProbeReadKernel, KernelFeatures.CheckMtu, KernelFeatures.CompareAndSwap, KernelFeatures.SyscallPrograms,
        KernelFeatures.TypesOfItsOwn,
    ];

    /// <exception cref="DatapathException">It lacks some of it: one line that names all of that.</exception>
    public static void Require() => KernelDatapath.Explain("look at what the kernel has", () =>
    {
        Require(All);
        OffloadFields.Require();
    });

    internal static void Require(IEnumerable<Feature> needed)
    {
        string[] missing = [.. needed.Where(feature => !feature.IsSupported).Select(feature => $"{feature.Name} (Linux {feature.MinimumKernel})")];
        if (missing.Length > 0)
            throw new DatapathException($"this kernel ({Kernel.Release}) cannot run the datapath, because it has no {string.Join(", no ", missing)}; boot Linux {Oldest} or later with all of it");
    }
}
