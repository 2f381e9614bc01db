using System.Runtime.InteropServices;
using Ciliate.Linux.Interop;

namespace Ciliate.Linux;

/// <summary>Readiness of a descriptor; values of linux/eventpoll.h.</summary>
[Flags]
public enum EpollEvents : uint
{
    None = 0,
    Readable = 0x1,
    Writable = 0x4,
    Error = 0x8,
    HangUp = 0x10,
    EdgeTriggered = 1u << 31,
}

/// <summary>One ready descriptor, known by the tag that it was added with.</summary>
public readonly record struct EpollReady(EpollEvents Events, ulong Tag);

/// <summary>Waits for any of several descriptors. <see cref="Wait"/> blocks its thread: give it a thread of its own.</summary>
public sealed unsafe class Epoll : IDisposable
{
    // struct epoll_event is packed on x86-64 only.
    private static readonly int TagOffset = RuntimeInformation.ProcessArchitecture == Architecture.X64 ? 4 : 8;
    private static readonly int EntrySize = TagOffset + sizeof(ulong);
    private const int MaxEntrySize = 16;
    private const int MaxEventsPerWait = 64;

    private readonly FileDescriptor _descriptor;

    public Epoll()
    {
        int number = LibC.epoll_create1(LibC.EPOLL_CLOEXEC);
        _descriptor = number >= 0 ? new FileDescriptor(number) : throw LinuxException.Last("create an epoll descriptor");
    }

    public void Add(FileDescriptor descriptor, EpollEvents events, ulong tag) =>
        Control(LibC.EPOLL_CTL_ADD, descriptor, events, tag, "add a descriptor to epoll");

    public void Modify(FileDescriptor descriptor, EpollEvents events, ulong tag) =>
        Control(LibC.EPOLL_CTL_MOD, descriptor, events, tag, "modify a descriptor of epoll");

    public void Remove(FileDescriptor descriptor) =>
        Control(LibC.EPOLL_CTL_DEL, descriptor, EpollEvents.None, 0, "remove a descriptor from epoll");

    /// <summary>Waits for readiness and returns how many entries of <paramref name="ready"/> were filled; 0 at time-out or when a
    /// signal came.</summary>
    /// <param name="timeoutMilliseconds">-1 waits without end, 0 does not wait.</param>
    public int Wait(Span<EpollReady> ready, int timeoutMilliseconds)
    {
        int capacity = Math.Min(ready.Length, MaxEventsPerWait);
        Span<byte> entries = stackalloc byte[MaxEntrySize * MaxEventsPerWait];
        int count;
        fixed (byte* pointer = entries)
        {
            count = LibC.epoll_wait(_descriptor, pointer, capacity, timeoutMilliseconds);
        }

        if (count < 0)
        {
            return Marshal.GetLastPInvokeError() == Errno.EINTR ? 0 : throw LinuxException.Last("wait for events");
        }

        for (int i = 0; i < count; i++)
        {
            ReadOnlySpan<byte> entry = entries.Slice(i * EntrySize, EntrySize);
            ready[i] = new EpollReady((EpollEvents)MemoryMarshal.Read<uint>(entry), MemoryMarshal.Read<ulong>(entry[TagOffset..]));
        }

        return count;
    }

    public void Dispose() => _descriptor.Dispose();

    private void Control(int operation, FileDescriptor descriptor, EpollEvents events, ulong tag, string what)
    {
        Span<byte> entry = stackalloc byte[MaxEntrySize];
        MemoryMarshal.Write(entry, (uint)events);
        MemoryMarshal.Write(entry[TagOffset..], tag);
        fixed (byte* pointer = entry)
        {
            if (LibC.epoll_ctl(_descriptor, operation, descriptor, pointer) < 0)
            {
                throw LinuxException.Last(what);
            }
        }
    }
}
