using System.Runtime.InteropServices;
using Ciliate.Linux.Interop;

namespace Ciliate.Linux;

/// <summary>Rights and limits of this process and thread.</summary>
public static unsafe class CurrentProcess
{
    /// <summary>The user id that the kernel checks; 0 is root.</summary>
    public static uint EffectiveUserId => LibC.geteuid();

    /// <summary>Lifts the limit on locked memory, which kernels before 5.11 charge BPF maps to. False when that is not permitted;
    /// newer kernels do not need it.</summary>
    public static bool TryRaiseLockedMemoryLimit()
    {
        ulong* limit = stackalloc ulong[2] { ulong.MaxValue, ulong.MaxValue };
        if (LibC.setrlimit(LibC.RLIMIT_MEMLOCK, limit) == 0)
        {
            return true;
        }

        return Marshal.GetLastPInvokeError() == Errno.EPERM ? false : throw LinuxException.Last("raise the limit on locked memory");
    }

    /// <summary>Binds the calling thread to one processor. Use it on a thread of one's own: <see cref="DedicatedThread"/>.</summary>
    public static void PinThread(int processor)
    {
        const int maxProcessors = 1024;
        ArgumentOutOfRangeException.ThrowIfNegative(processor);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(processor, maxProcessors);
        ulong* mask = stackalloc ulong[maxProcessors / 64];
        mask[processor / 64] = 1UL << (processor % 64);
        if (LibC.sched_setaffinity(0, maxProcessors / 8, mask) < 0)
        {
            throw LinuxException.Last($"bind a thread to processor {processor}");
        }
    }
}
