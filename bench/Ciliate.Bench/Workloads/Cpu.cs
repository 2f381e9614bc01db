using Ciliate.Bench.Interop;

namespace Ciliate.Bench.Workloads;

/// <summary>All that is measured runs on one CPU; all else, the agent and the runtime's helpers included, on the others.</summary>
internal static unsafe class Cpu
{
    public static int Measured => Environment.ProcessorCount - 1;

    /// <summary>Moves the calling thread, and what it starts from now on, to the measured CPU.</summary>
    public static void Enter() => Confine(1ul << Measured);

    /// <summary>Keeps the calling thread, and what it starts from now on, off the measured CPU.</summary>
    public static void Leave()
    {
        if (Measured > 0)
            Confine((1ul << Measured) - 1);
    }

    private static void Confine(ulong mask) =>
        Sockets.Check(LibC.sched_setaffinity(0, sizeof(ulong), &mask), $"run on the CPUs 0x{mask:x}");
}
