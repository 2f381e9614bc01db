namespace Ciliate.Bpf;

/// <summary>What this library and its users may want to know of the running kernel. The probes touch no interface and leave nothing.</summary>
public static class KernelFeatures
{
    private const int RedirectPeerHelper = 155;
    private const int RedirectNeighbourHelper = 152;

    public static Feature BtfLoad { get; } = new("loading of type information (BTF)", new(4, 18), FeatureProbes.BtfLoad);

    public static Feature BatchCalls { get; } = new("map calls in batches", new(5, 6), FeatureProbes.BatchCalls);

    public static Feature MappableArray { get; } = new("memory-mapped arrays", new(5, 5), FeatureProbes.MappableArray);

    public static Feature MapFreeze { get; } = new("freezing of maps", new(5, 2), FeatureProbes.MapFreeze);

    public static Feature RingBuffer { get; } = new("BPF ring buffer", new(5, 8), FeatureProbes.RingBuffer);

    public static Feature RedirectPeer { get; } =
        new("helper bpf_redirect_peer", new(5, 10), () => FeatureProbes.SchedClsHelper(RedirectPeerHelper));

    public static Feature RedirectNeighbour { get; } =
        new("helper bpf_redirect_neigh", new(5, 10), () => FeatureProbes.SchedClsHelper(RedirectNeighbourHelper));

    /// <summary>Not with a kernel that is locked down for confidentiality, whatever its version.</summary>
    public static Feature ProbeReadKernel { get; } =
        new("helper bpf_probe_read_kernel", new(5, 8), FeatureProbes.ProbeReadKernel);

    public static Feature CheckMtu { get; } = new("helper bpf_check_mtu", new(5, 12), FeatureProbes.CheckMtu);

    /// <summary>And the other atomic operations that give back what was there.</summary>
    public static Feature CompareAndSwap { get; } = new("atomic compare-and-swap", new(5, 12), FeatureProbes.CompareAndSwap);

    public static Feature SyscallPrograms { get; } = new("programs of type syscall", new(5, 14), FeatureProbes.SyscallProgram);

    /// <summary>Whatever its version, one that was built without CONFIG_DEBUG_INFO_BTF does not tell.</summary>
    public static Feature TypesOfItsOwn { get; } =
        new($"types of its own in {KernelTypes.Blob}, as CONFIG_DEBUG_INFO_BTF gives", new(5, 4), () => File.Exists(KernelTypes.Blob));

    public static Feature Tcx { get; } = new("tcx hooks", new(6, 6), FeatureProbes.Tcx);

    public static IReadOnlyList<Feature> All { get; } =
        [BtfLoad, BatchCalls, MappableArray, MapFreeze, RingBuffer, RedirectPeer, RedirectNeighbour, ProbeReadKernel, CheckMtu, CompareAndSwap, SyscallPrograms, TypesOfItsOwn, Tcx];
}
