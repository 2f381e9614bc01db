using System.Runtime.InteropServices;

namespace Ciliate.Bench.Interop;

/// <summary>The calls of the measured loops and of the spawns, spelled as C spells them. Descriptors are plain numbers here, unlike in the
/// product: a handle's reference counting would be part of every figure.</summary>
internal static unsafe partial class LibC
{
    private const string Name = "libc";

    internal const int AF_INET = 2, AF_INET6 = 10;
    internal const int SOCK_STREAM = 1, SOCK_DGRAM = 2, SOCK_CLOEXEC = 0x80000;
    internal const int SOL_SOCKET = 1, SO_REUSEADDR = 2, SO_RCVTIMEO = 20;
    internal const int MSG_NOSIGNAL = 0x4000;
    internal const int SHUT_RDWR = 2;
    internal const int O_WRONLY = 1;

    // int socket(int domain, int type, int protocol);
    [LibraryImport(Name, SetLastError = true)]
    internal static partial int socket(int domain, int type, int protocol);

    // int bind(int sockfd, const struct sockaddr *addr, socklen_t addrlen);
    [LibraryImport(Name, SetLastError = true)]
    internal static partial int bind(int sockfd, byte* addr, uint addrlen);

    // int listen(int sockfd, int backlog);
    [LibraryImport(Name, SetLastError = true)]
    internal static partial int listen(int sockfd, int backlog);

    // int accept4(int sockfd, struct sockaddr *addr, socklen_t *addrlen, int flags);
    [LibraryImport(Name, SetLastError = true)]
    internal static partial int accept4(int sockfd, byte* addr, uint* addrlen, int flags);

    // int connect(int sockfd, const struct sockaddr *addr, socklen_t addrlen);
    [LibraryImport(Name, SetLastError = true)]
    internal static partial int connect(int sockfd, byte* addr, uint addrlen);

    // int setsockopt(int sockfd, int level, int optname, const void *optval, socklen_t optlen);
    [LibraryImport(Name, SetLastError = true)]
    internal static partial int setsockopt(int sockfd, int level, int optname, void* optval, uint optlen);

    // ssize_t send(int sockfd, const void *buf, size_t len, int flags);
    [LibraryImport(Name, SetLastError = true)]
    internal static partial nint send(int sockfd, byte* buf, nuint len, int flags);

    // ssize_t recv(int sockfd, void *buf, size_t len, int flags);
    [LibraryImport(Name, SetLastError = true)]
    internal static partial nint recv(int sockfd, byte* buf, nuint len, int flags);

    // ssize_t sendto(int sockfd, const void *buf, size_t len, int flags, const struct sockaddr *dest_addr, socklen_t addrlen);
    [LibraryImport(Name, SetLastError = true)]
    internal static partial nint sendto(int sockfd, byte* buf, nuint len, int flags, byte* dest_addr, uint addrlen);

    // ssize_t recvfrom(int sockfd, void *buf, size_t len, int flags, struct sockaddr *src_addr, socklen_t *addrlen);
    [LibraryImport(Name, SetLastError = true)]
    internal static partial nint recvfrom(int sockfd, byte* buf, nuint len, int flags, byte* src_addr, uint* addrlen);

    // int shutdown(int sockfd, int how);
    [LibraryImport(Name, SetLastError = true)]
    internal static partial int shutdown(int sockfd, int how);

    // int close(int fd);
    [LibraryImport(Name, SetLastError = true)]
    internal static partial int close(int fd);

    // int sched_setaffinity(pid_t pid, size_t cpusetsize, const cpu_set_t *mask);
    [LibraryImport(Name, SetLastError = true)]
    internal static partial int sched_setaffinity(int pid, nuint cpusetsize, ulong* mask);

    // int posix_spawn(pid_t *pid, const char *path, const posix_spawn_file_actions_t *file_actions, const posix_spawnattr_t *attrp,
    //                 char *const argv[], char *const envp[]);
    [LibraryImport(Name)]
    internal static partial int posix_spawn(int* pid, byte* path, byte* file_actions, void* attrp, byte** argv, byte** envp);

    // int posix_spawn_file_actions_init(posix_spawn_file_actions_t *file_actions);
    [LibraryImport(Name)]
    internal static partial int posix_spawn_file_actions_init(byte* file_actions);

    // int posix_spawn_file_actions_addopen(posix_spawn_file_actions_t *file_actions, int fildes, const char *path, int oflag, mode_t mode);
    [LibraryImport(Name)]
    internal static partial int posix_spawn_file_actions_addopen(byte* file_actions, int fildes, byte* path, int oflag, uint mode);

    // int posix_spawn_file_actions_destroy(posix_spawn_file_actions_t *file_actions);
    [LibraryImport(Name)]
    internal static partial int posix_spawn_file_actions_destroy(byte* file_actions);

    // pid_t waitpid(pid_t pid, int *wstatus, int options);
    [LibraryImport(Name, SetLastError = true)]
    internal static partial int waitpid(int pid, int* wstatus, int options);
}
