using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Ciliate.Bench.Interop;
using Ciliate.Linux;

namespace Ciliate.Bench.Workloads;

/// <summary>Blocking sockets by number, without a layer in between. Every wait ends after <see cref="Patience"/>: a path that loses
/// packets is an error, not a hang.</summary>
internal static unsafe class Sockets
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    /// <summary>A sockaddr of the address's family.</summary>
    public static byte[] NameOf(IPAddress address, ushort port)
    {
        var name = new IPEndPoint(address, port).Serialize();
        return name.Buffer[..name.Size].ToArray();
    }

    public static int Open(AddressFamily family, SocketType type)
    {
        int socket = Check(OpenUnchecked(family, type), "open a socket");
        long* limit = stackalloc long[2] { (long)Patience.TotalSeconds, 0 };
        Check(LibC.setsockopt(socket, LibC.SOL_SOCKET, LibC.SO_RCVTIMEO, limit, 2 * sizeof(long)), "limit a socket's wait");
        return socket;
    }

    /// <summary>A listening TCP socket, or a bound UDP socket. What it accepts inherits the limit of its waits.</summary>
    public static int Serve(IPAddress address, ushort port, SocketType type)
    {
        int socket = Open(address.AddressFamily, type);
        int on = 1;
        Check(LibC.setsockopt(socket, LibC.SOL_SOCKET, LibC.SO_REUSEADDR, &on, sizeof(int)), "let an address be used again");
        var name = NameOf(address, port);
        fixed (byte* pointer = name)
            Check(LibC.bind(socket, pointer, (uint)name.Length), $"bind to {address} port {port}");
        if (type == SocketType.Stream)
            Check(LibC.listen(socket, 128), $"listen at {address} port {port}");
        return socket;
    }

    public static void Connect(int socket, byte* name, int length) => Check(LibC.connect(socket, name, (uint)length), "connect");

    /// <summary>Sends one byte.</summary>
    public static void Send(int socket)
    {
        byte one = 1;
        Check((int)LibC.send(socket, &one, 1, LibC.MSG_NOSIGNAL), "send a byte");
    }

    /// <summary>Waits for one byte, or for the end, which is false.</summary>
    public static bool Receive(int socket) => Check(TryReceive(socket), "receive a byte") == 1;

    /// <summary>1 for a byte, 0 for the end, -1 for a failure.</summary>
    public static int TryReceive(int socket)
    {
        byte one;
        nint received;
        do
        {
            received = LibC.recv(socket, &one, 1, 0);
        }
        while (received < 0 && Marshal.GetLastPInvokeError() == Errno.EINTR);
        return (int)received;
    }

    public static int Check(int result, string what) =>
        result >= 0 ? result : throw new LinuxException(what, Marshal.GetLastPInvokeError());

    private static int OpenUnchecked(AddressFamily family, SocketType type) => LibC.socket(
        family == AddressFamily.InterNetwork ? LibC.AF_INET : LibC.AF_INET6,
        (type == SocketType.Stream ? LibC.SOCK_STREAM : LibC.SOCK_DGRAM) | LibC.SOCK_CLOEXEC, 0);
}
