using System.Runtime.InteropServices;

namespace Ciliate.Linux.Interop;

internal static unsafe partial class LibC
{
    internal const int AT_EMPTY_PATH = 0x1000;
    internal const uint STATX_BASIC_STATS = 0x7ff;
    internal const int StatxSize = 256;
    internal const int StatfsSize = 120;
    internal const int O_NOCTTY = 0x100;
    internal const int O_NONBLOCK = 0x800;
    internal const int LOCK_EX = 2;
    internal const int LOCK_NB = 4;

    // int statx(int dirfd, const char *pathname, int flags, unsigned int mask, struct statx *statxbuf);
    [LibraryImport(Name, SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int statx(FileDescriptor dirfd, string pathname, int flags, uint mask, void* statxbuf);

    // int fstatfs(int fd, struct statfs *buf);
    [LibraryImport(Name, SetLastError = true)]
    internal static partial int fstatfs(FileDescriptor fd, void* buf);

    // int flock(int fd, int operation);
    [LibraryImport(Name, SetLastError = true)]
    internal static partial int flock(FileDescriptor fd, int operation);

    // int fsync(int fd);
    [LibraryImport(Name, SetLastError = true)]
    internal static partial int fsync(FileDescriptor fd);

    // int fchmod(int fd, mode_t mode);
    [LibraryImport(Name, SetLastError = true)]
    internal static partial int fchmod(FileDescriptor fd, uint mode);

    // int chmod(const char *pathname, mode_t mode);
    [LibraryImport(Name, SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int chmod(string pathname, uint mode);

    // int chown(const char *pathname, uid_t owner, gid_t group);
    [LibraryImport(Name, SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int chown(string pathname, uint owner, uint group);

    // int rename(const char *oldpath, const char *newpath);
    [LibraryImport(Name, SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int rename(string oldpath, string newpath);

    // int unlink(const char *pathname);
    [LibraryImport(Name, SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int unlink(string pathname);
}
