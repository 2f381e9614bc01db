using System.Runtime.InteropServices;

namespace Ciliate.Linux.Interop;

internal static unsafe partial class LibC
{
    internal const int PROT_READ = 1;
    internal const int PROT_WRITE = 2;
    internal const int MAP_SHARED = 1;
    internal static readonly nint MAP_FAILED = -1;

    // void *mmap(void *addr, size_t length, int prot, int flags, int fd, off_t offset);
    internal static nint mmap(void* addr, nuint length, int prot, int flags, FileDescriptor fd, long offset) =>
        FaultSeam.Strikes("mmap") ? MAP_FAILED : mmap_call(addr, length, prot, flags, fd, offset);

    [LibraryImport(Name, EntryPoint = "mmap", SetLastError = true)]
    private static partial nint mmap_call(void* addr, nuint length, int prot, int flags, FileDescriptor fd, long offset);

    // int munmap(void *addr, size_t length);
    [LibraryImport(Name, SetLastError = true)]
    internal static partial int munmap(nint addr, nuint length);
}
