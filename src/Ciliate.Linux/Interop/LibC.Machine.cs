using System.Runtime.InteropServices;

namespace Ciliate.Linux.Interop;

internal static unsafe partial class LibC
{
    internal const int RLIMIT_MEMLOCK = 8;

    // uid_t geteuid(void);
    [LibraryImport(Name)]
    internal static partial uint geteuid();

    // int setrlimit(int resource, const struct rlimit *rlim);
    [LibraryImport(Name, SetLastError = true)]
    internal static partial int setrlimit(int resource, ulong* rlim);

    // int sched_setaffinity(pid_t pid, size_t cpusetsize, const cpu_set_t *mask);
    [LibraryImport(Name, SetLastError = true)]
    internal static partial int sched_setaffinity(int pid, nuint cpusetsize, ulong* mask);

    // int clock_gettime(clockid_t clockid, struct timespec *tp);
    [LibraryImport(Name, SetLastError = true)]
    internal static partial int clock_gettime(int clockid, long* tp);
}
