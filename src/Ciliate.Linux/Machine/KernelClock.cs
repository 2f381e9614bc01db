using Ciliate.Linux.Interop;

namespace Ciliate.Linux;

/// <summary>Clocks as the kernel's programs read them, and that of a thread.</summary>
public static unsafe class KernelClock
{
    private const int ClockMonotonic = 1, ClockThreadCpuTime = 3, ClockMonotonicCoarse = 6, ClockBoottime = 7;

    /// <summary>Nanoseconds since boot without time asleep: bpf_ktime_get_ns.</summary>
    public static ulong Monotonic => Read(ClockMonotonic);

    /// <summary>The same as of the last timer tick: it advances when jiffies do.</summary>
    public static ulong MonotonicCoarse => Read(ClockMonotonicCoarse);

    /// <summary>Nanoseconds since boot with time asleep: bpf_ktime_get_boot_ns.</summary>
    public static ulong BootTime => Read(ClockBoottime);

    /// <summary>Nanoseconds that the calling thread has run so far; what it waited for, a CPU included, is not counted.</summary>
    public static ulong OfThread => Read(ClockThreadCpuTime);

    private static ulong Read(int clock)
    {
        // struct timespec of a 64-bit machine: seconds, nanoseconds.
        long* time = stackalloc long[2];
        return LibC.clock_gettime(clock, time) == 0
            ? ((ulong)time[0] * 1_000_000_000) + (ulong)time[1]
            : throw LinuxException.Last($"read clock {clock}");
    }
}
