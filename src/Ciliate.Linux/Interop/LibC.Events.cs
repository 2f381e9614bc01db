using System.Runtime.InteropServices;

namespace Ciliate.Linux.Interop;

internal static unsafe partial class LibC
{
    internal const int EPOLL_CLOEXEC = 0x80000;
    internal const int EPOLL_CTL_ADD = 1;
    internal const int EPOLL_CTL_DEL = 2;
    internal const int EPOLL_CTL_MOD = 3;
    internal const int EFD_CLOEXEC = 0x80000;
    internal const int EFD_NONBLOCK = 0x800;

    // int epoll_create1(int flags);
    [LibraryImport(Name, SetLastError = true)]
    internal static partial int epoll_create1(int flags);

    // int epoll_ctl(int epfd, int op, int fd, struct epoll_event *event);
    [LibraryImport(Name, SetLastError = true)]
    internal static partial int epoll_ctl(FileDescriptor epfd, int op, FileDescriptor fd, void* @event);

    // int epoll_wait(int epfd, struct epoll_event *events, int maxevents, int timeout);
    [LibraryImport(Name, SetLastError = true)]
    internal static partial int epoll_wait(FileDescriptor epfd, void* events, int maxevents, int timeout);

    // int eventfd(unsigned int initval, int flags);
    [LibraryImport(Name, SetLastError = true)]
    internal static partial int eventfd(uint initval, int flags);
}
