using System.Runtime.InteropServices;

namespace Ciliate.Linux.Interop;

/// <summary>The C library, spelled as C spells it. One partial file per group of calls; the C prototype stands above each.</summary>
internal static unsafe partial class LibC
{
    private const string Name = "libc";

    internal const int F_DUPFD_CLOEXEC = 1030;
    internal const int O_RDONLY = 0;
    internal const int O_WRONLY = 1;
    internal const int O_RDWR = 2;
    internal const int O_CREAT = 0x40;
    internal const int O_EXCL = 0x80;
    internal const int O_APPEND = 0x400;
    internal const int O_CLOEXEC = 0x80000;

    // int close(int fd);
    [LibraryImport(Name, SetLastError = true)]
    internal static partial int close(int fd);

    // int fcntl(int fd, int cmd, ... /* int arg */);
    internal static int fcntl(FileDescriptor fd, int cmd, int arg) =>
        FaultSeam.Strikes("fcntl") ? -1 : fcntl_call(fd, cmd, arg);

    [LibraryImport(Name, EntryPoint = "fcntl", SetLastError = true)]
    private static partial int fcntl_call(FileDescriptor fd, int cmd, int arg);

    // int open(const char *pathname, int flags, ... /* mode_t mode */);
    internal static int open(string pathname, int flags, uint mode) =>
        FaultSeam.Strikes((flags & O_CREAT) == 0 ? "open" : "create", pathname) ? -1 : open_call(pathname, flags, mode);

    [LibraryImport(Name, EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int open_call(string pathname, int flags, uint mode);

    // ssize_t read(int fd, void *buf, size_t count);
    internal static nint read(FileDescriptor fd, void* buf, nuint count) =>
        FaultSeam.Strikes("read") ? -1 : read_call(fd, buf, count);

    [LibraryImport(Name, EntryPoint = "read", SetLastError = true)]
    private static partial nint read_call(FileDescriptor fd, void* buf, nuint count);

    // ssize_t write(int fd, const void *buf, size_t count);
    internal static nint write(FileDescriptor fd, void* buf, nuint count) =>
        FaultSeam.Strikes("write", fd, new ReadOnlySpan<byte>(buf, (int)count)) ? -1 : write_call(fd, buf, count);

    [LibraryImport(Name, EntryPoint = "write", SetLastError = true)]
    private static partial nint write_call(FileDescriptor fd, void* buf, nuint count);
}
