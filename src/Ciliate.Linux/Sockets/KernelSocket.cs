using System.Runtime.InteropServices;
using Ciliate.Linux.Interop;

namespace Ciliate.Linux;

/// <summary>A socket of a family that System.Net.Sockets does not serve, with addresses and options as the kernel spells them.
/// It belongs to the network namespace of the thread that opened it, whichever thread uses it later.</summary>
public sealed unsafe class KernelSocket : IDisposable
{
    private readonly string _name;

    private KernelSocket(FileDescriptor descriptor, string name)
    {
        Descriptor = descriptor;
        _name = name;
    }

    public FileDescriptor Descriptor { get; }

    /// <param name="name">The thing, for errors: "route netlink socket".</param>
    public static KernelSocket Open(int family, int type, int protocol, string name)
    {
        int number = LibC.socket(family, type | LibC.SOCK_CLOEXEC, protocol);
        return number >= 0 ? new KernelSocket(new FileDescriptor(number), name) : throw LinuxException.Last($"open {name}");
    }

    /// <param name="address">A sockaddr of the family.</param>
    public void Bind(ReadOnlySpan<byte> address)
    {
        fixed (byte* pointer = address)
        {
            Check(LibC.bind(Descriptor, pointer, (uint)address.Length), "bind");
        }
    }

    /// <param name="address">A sockaddr of the family.</param>
    public void Connect(ReadOnlySpan<byte> address)
    {
        fixed (byte* pointer = address)
        {
            Check(LibC.connect(Descriptor, pointer, (uint)address.Length), "connect");
        }
    }

    public void SetOption(int level, int option, int value) =>
        Check(LibC.setsockopt(Descriptor, level, option, &value, sizeof(int)), $"set option {option} of");

    public ulong GetOption64(int level, int option)
    {
        ulong value = 0;
        uint size = sizeof(ulong);
        Check(LibC.getsockopt(Descriptor, level, option, &value, &size), $"get option {option} of");
        return value;
    }

    /// <summary>Sends one datagram.</summary>
    public void Send(ReadOnlySpan<byte> datagram)
    {
        nint sent;
        fixed (byte* pointer = datagram)
        {
            do
            {
                sent = LibC.send(Descriptor, pointer, (nuint)datagram.Length, 0);
            }
            while (sent < 0 && Marshal.GetLastPInvokeError() == Errno.EINTR);
        }

        Check(sent, "send to");
    }

    /// <summary>Receives one datagram. Returns its length, or the negative error number; with MSG_TRUNC in
    /// <paramref name="flags"/> the length may exceed the buffer.</summary>
    public int Receive(Span<byte> buffer, int flags)
    {
        nint received;
        fixed (byte* pointer = buffer)
        {
            do
            {
                received = LibC.recv(Descriptor, pointer, (nuint)buffer.Length, flags);
            }
            while (received < 0 && Marshal.GetLastPInvokeError() == Errno.EINTR);
        }

        return received >= 0 ? (int)received : -Marshal.GetLastPInvokeError();
    }

    /// <summary>ioctl(2) with a structure. Returns 0 or more, or the negative error number.</summary>
    public int Control(nuint request, void* argument)
    {
        int result = LibC.ioctl(Descriptor, request, argument);
        return result >= 0 ? result : -Marshal.GetLastPInvokeError();
    }

    public void Dispose() => Descriptor.Dispose();

    private void Check(nint result, string verb)
    {
        if (result < 0)
        {
            throw LinuxException.Last($"{verb} {_name}");
        }
    }
}
