using System.Runtime.InteropServices;

namespace Ciliate.Linux.Interop;

internal static unsafe partial class LibC
{
    internal const int SOCK_CLOEXEC = 0x80000;

    // int socket(int domain, int type, int protocol);
    [LibraryImport(Name, SetLastError = true)]
    internal static partial int socket(int domain, int type, int protocol);

    // int bind(int sockfd, const struct sockaddr *addr, socklen_t addrlen);
    [LibraryImport(Name, SetLastError = true)]
    internal static partial int bind(FileDescriptor sockfd, void* addr, uint addrlen);

    // int connect(int sockfd, const struct sockaddr *addr, socklen_t addrlen);
    [LibraryImport(Name, SetLastError = true)]
    internal static partial int connect(FileDescriptor sockfd, void* addr, uint addrlen);

    // ssize_t send(int sockfd, const void *buf, size_t len, int flags);
    [LibraryImport(Name, SetLastError = true)]
    internal static partial nint send(FileDescriptor sockfd, void* buf, nuint len, int flags);

    // ssize_t recv(int sockfd, void *buf, size_t len, int flags);
    [LibraryImport(Name, SetLastError = true)]
    internal static partial nint recv(FileDescriptor sockfd, void* buf, nuint len, int flags);

    // int setsockopt(int sockfd, int level, int optname, const void *optval, socklen_t optlen);
    [LibraryImport(Name, SetLastError = true)]
    internal static partial int setsockopt(FileDescriptor sockfd, int level, int optname, void* optval, uint optlen);

    // int getsockopt(int sockfd, int level, int optname, void *optval, socklen_t *optlen);
    [LibraryImport(Name, SetLastError = true)]
    internal static partial int getsockopt(FileDescriptor sockfd, int level, int optname, void* optval, uint* optlen);
}
