using System.Runtime.InteropServices;

namespace Ciliate.Linux.Interop;

internal static unsafe partial class LibC
{
    internal const int CLONE_NEWNET = 0x40000000;
    internal const nuint NS_GET_NSTYPE = 0xb703;
    internal const nuint MS_NOSUID = 2;
    internal const nuint MS_NODEV = 4;
    internal const nuint MS_NOEXEC = 8;
    internal const nuint MS_BIND = 0x1000;
    internal const nuint MS_REC = 0x4000;
    internal const nuint MS_SHARED = 1 << 20;
    internal const int MNT_DETACH = 2;

    // int unshare(int flags);
    [LibraryImport(Name, SetLastError = true)]
    internal static partial int unshare(int flags);

    // int setns(int fd, int nstype);
    internal static int setns(FileDescriptor fd, int nstype) =>
        FaultSeam.Strikes("setns") ? -1 : setns_call(fd, nstype);

    [LibraryImport(Name, EntryPoint = "setns", SetLastError = true)]
    private static partial int setns_call(FileDescriptor fd, int nstype);

    // int mount(const char *source, const char *target, const char *filesystemtype, unsigned long mountflags, const void *data);
    [LibraryImport(Name, SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int mount(string source, string target, string? filesystemtype, nuint mountflags, string? data);

    // int umount2(const char *target, int flags);
    [LibraryImport(Name, SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int umount2(string target, int flags);

    // int ioctl(int fd, unsigned long request, ...);
    internal static int ioctl(FileDescriptor fd, nuint request, void* argument) =>
        FaultSeam.Strikes("ioctl") ? -1 : ioctl_call(fd, request, argument);

    [LibraryImport(Name, EntryPoint = "ioctl", SetLastError = true)]
    private static partial int ioctl_call(FileDescriptor fd, nuint request, void* argument);
}
