using System.Runtime.InteropServices;

namespace Ciliate.Linux.Interop;

internal static unsafe partial class LibC
{
    internal const int SOCK_CLOEXEC = 0x80000;

    // int socket(int domain, int type, int protocol);
    internal static int socket(int domain, int type, int protocol) =>
        FaultSeam.Strikes("socket") ? -1 : socket_call(domain, type, protocol);

    [LibraryImport(Name, EntryPoint = "socket", SetLastError = true)]
    private static partial int socket_call(int domain, int type, int protocol);

    // int bind(int sockfd, const struct sockaddr *addr, socklen_t addrlen);
    internal static int bind(FileDescriptor sockfd, void* addr, uint addrlen) =>
        FaultSeam.Strikes("bind") ? -1 : bind_call(sockfd, addr, addrlen);

    [LibraryImport(Name, EntryPoint = "bind", SetLastError = true)]
    private static partial int bind_call(FileDescriptor sockfd, void* addr, uint addrlen);

    // int connect(int sockfd, const struct sockaddr *addr, socklen_t addrlen);
    internal static int connect(FileDescriptor sockfd, void* addr, uint addrlen) =>
        FaultSeam.Strikes("connect") ? -1 : connect_call(sockfd, addr, addrlen);

    [LibraryImport(Name, EntryPoint = "connect", SetLastError = true)]
    private static partial int connect_call(FileDescriptor sockfd, void* addr, uint addrlen);

    // ssize_t send(int sockfd, const void *buf, size_t len, int flags);
    internal static nint send(FileDescriptor sockfd, void* buf, nuint len, int flags) =>
        FaultSeam.Strikes("send") ? -1 : send_call(sockfd, buf, len, flags);

    [LibraryImport(Name, EntryPoint = "send", SetLastError = true)]
    private static partial nint send_call(FileDescriptor sockfd, void* buf, nuint len, int flags);

    // ssize_t recv(int sockfd, void *buf, size_t len, int flags);
    internal static nint recv(FileDescriptor sockfd, void* buf, nuint len, int flags) =>
        FaultSeam.Strikes("recv") ? -1 : recv_call(sockfd, buf, len, flags);

    [LibraryImport(Name, EntryPoint = "recv", SetLastError = true)]
    private static partial nint recv_call(FileDescriptor sockfd, void* buf, nuint len, int flags);

    // int setsockopt(int sockfd, int level, int optname, const void *optval, socklen_t optlen);
    internal static int setsockopt(FileDescriptor sockfd, int level, int optname, void* optval, uint optlen) =>
        FaultSeam.Strikes("setsockopt") ? -1 : setsockopt_call(sockfd, level, optname, optval, optlen);

    [LibraryImport(Name, EntryPoint = "setsockopt", SetLastError = true)]
    private static partial int setsockopt_call(FileDescriptor sockfd, int level, int optname, void* optval, uint optlen);

    // int getsockopt(int sockfd, int level, int optname, void *optval, socklen_t *optlen);
    [LibraryImport(Name, SetLastError = true)]
    internal static partial int getsockopt(FileDescriptor sockfd, int level, int optname, void* optval, uint* optlen);
}
