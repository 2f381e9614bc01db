using System.Diagnostics;

namespace Ciliate.Datapath;

/// <summary>Kernel time stamps as wall clock.</summary>
internal static class KernelTime
{
    /// <param name="monotonic">Nanoseconds of CLOCK_MONOTONIC, which is what <see cref="Stopwatch"/> reads on Linux.</param>
    public static DateTimeOffset ToWallClock(ulong monotonic)
    {
        long age = Stopwatch.GetTimestamp() - (long)monotonic;
        return DateTimeOffset.UtcNow.AddTicks(-age / TimeSpan.NanosecondsPerTick);
    }
}
