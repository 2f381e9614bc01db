using System.Runtime.InteropServices;
using Ciliate.Linux.Interop;

namespace Ciliate.Linux;

/// <summary>eventfd(2): wakes a thread that waits in <see cref="Epoll.Wait"/>. Thread-safe.</summary>
public sealed unsafe class EventDescriptor : IDisposable
{
    public EventDescriptor()
    {
        int number = LibC.eventfd(0, LibC.EFD_CLOEXEC | LibC.EFD_NONBLOCK);
        Descriptor = number >= 0 ? new FileDescriptor(number) : throw LinuxException.Last("create an event descriptor");
    }

    /// <summary>For <see cref="Epoll.Add"/>; readable from <see cref="Signal"/> to <see cref="Reset"/>.</summary>
    public FileDescriptor Descriptor { get; }

    public void Signal()
    {
        ulong one = 1;
        // EAGAIN: the counter is full, so the event is signalled already.
        if (LibC.write(Descriptor, &one, sizeof(ulong)) < 0 && Marshal.GetLastPInvokeError() != Errno.EAGAIN)
        {
            throw LinuxException.Last("signal an event descriptor");
        }
    }

    /// <summary>Takes the signal back; false when there was none.</summary>
    public bool Reset()
    {
        ulong count;
        if (LibC.read(Descriptor, &count, sizeof(ulong)) >= 0)
        {
            return true;
        }

        return Marshal.GetLastPInvokeError() == Errno.EAGAIN ? false : throw LinuxException.Last("read an event descriptor");
    }

    public void Dispose() => Descriptor.Dispose();
}
