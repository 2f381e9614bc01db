using System.Runtime.InteropServices;

namespace Ciliate.Linux.Interop;

internal static unsafe partial class LibC
{
    internal const int AT_FDCWD = -100;
    internal const int AT_EMPTY_PATH = 0x1000;
    internal const uint STATX_BASIC_STATS = 0x7ff;
    internal const int StatxSize = 256;
    internal const int StatfsSize = 120;
    internal const int O_NOCTTY = 0x100;
    internal const int O_NONBLOCK = 0x800;
    internal const int LOCK_EX = 2;
    internal const int LOCK_NB = 4;
    internal const int SEEK_END = 2;
    internal const int PATH_MAX = 4096;

    // int statx(int dirfd, const char *pathname, int flags, unsigned int mask, struct statx *statxbuf);
    internal static int statx(FileDescriptor dirfd, string pathname, int flags, uint mask, void* statxbuf) =>
        FaultSeam.Strikes("statx") ? -1 : statx_call(dirfd, pathname, flags, mask, statxbuf);

    [LibraryImport(Name, EntryPoint = "statx", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int statx_call(FileDescriptor dirfd, string pathname, int flags, uint mask, void* statxbuf);

    [LibraryImport(Name, EntryPoint = "statx", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int statx(int dirfd, string pathname, int flags, uint mask, void* statxbuf);

    // char *realpath(const char *path, char *resolved_path);
    [LibraryImport(Name, SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial byte* realpath(string path, byte* resolved);

    // int fstatfs(int fd, struct statfs *buf);
    [LibraryImport(Name, SetLastError = true)]
    internal static partial int fstatfs(FileDescriptor fd, void* buf);

    // int flock(int fd, int operation);
    [LibraryImport(Name, SetLastError = true)]
    internal static partial int flock(FileDescriptor fd, int operation);

    // int fsync(int fd);
    internal static int fsync(FileDescriptor fd) =>
        FaultSeam.Strikes("fsync", fd) ? -1 : fsync_call(fd);

    [LibraryImport(Name, EntryPoint = "fsync", SetLastError = true)]
    private static partial int fsync_call(FileDescriptor fd);

    // off_t lseek(int fd, off_t offset, int whence);
    [LibraryImport(Name, SetLastError = true)]
    internal static partial long lseek(FileDescriptor fd, long offset, int whence);

    // int ftruncate(int fd, off_t length);
    internal static int ftruncate(FileDescriptor fd, long length) =>
        FaultSeam.Strikes("ftruncate", fd, length: length) ? -1 : ftruncate_call(fd, length);

    [LibraryImport(Name, EntryPoint = "ftruncate", SetLastError = true)]
    private static partial int ftruncate_call(FileDescriptor fd, long length);

    // int fchmod(int fd, mode_t mode);
    internal static int fchmod(FileDescriptor fd, uint mode) =>
        FaultSeam.Strikes("fchmod") ? -1 : fchmod_call(fd, mode);

    [LibraryImport(Name, EntryPoint = "fchmod", SetLastError = true)]
    private static partial int fchmod_call(FileDescriptor fd, uint mode);

    // int chmod(const char *pathname, mode_t mode);
    [LibraryImport(Name, SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int chmod(string pathname, uint mode);

    // int chown(const char *pathname, uid_t owner, gid_t group);
    [LibraryImport(Name, SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int chown(string pathname, uint owner, uint group);

    // int rename(const char *oldpath, const char *newpath);
    internal static int rename(string oldpath, string newpath) =>
        FaultSeam.Strikes("rename", oldpath, newpath) ? -1 : rename_call(oldpath, newpath);

    [LibraryImport(Name, EntryPoint = "rename", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int rename_call(string oldpath, string newpath);

    // int unlink(const char *pathname);
    internal static int unlink(string pathname) =>
        FaultSeam.Strikes("unlink", pathname) ? -1 : unlink_call(pathname);

    [LibraryImport(Name, EntryPoint = "unlink", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int unlink_call(string pathname);

    // int mkdir(const char *pathname, mode_t mode);
    internal static int mkdir(string pathname, uint mode) =>
        FaultSeam.Strikes("mkdir", pathname) ? -1 : mkdir_call(pathname, mode);

    [LibraryImport(Name, EntryPoint = "mkdir", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int mkdir_call(string pathname, uint mode);

    // int rmdir(const char *pathname);
    internal static int rmdir(string pathname) =>
        FaultSeam.Strikes("rmdir", pathname) ? -1 : rmdir_call(pathname);

    [LibraryImport(Name, EntryPoint = "rmdir", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int rmdir_call(string pathname);
}
