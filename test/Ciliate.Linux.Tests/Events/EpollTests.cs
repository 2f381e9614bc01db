using Xunit;

namespace Ciliate.Linux.Tests.Events;

public sealed class EpollTests
{
    [Fact]
    public void Only_signalled_descriptors_are_ready_and_are_known_by_their_tag()
    {
        using var epoll = new Epoll();
        using var quiet = new EventDescriptor();
        using var loud = new EventDescriptor();
        epoll.Add(quiet.Descriptor, EpollEvents.Readable, 1);
        epoll.Add(loud.Descriptor, EpollEvents.Readable, ulong.MaxValue);
        var ready = new EpollReady[4];

        Assert.Equal(0, epoll.Wait(ready, 0));
        loud.Signal();
        Assert.Equal(1, epoll.Wait(ready, 1000));
        Assert.Equal(new EpollReady(EpollEvents.Readable, ulong.MaxValue), ready[0]);
    }

    [Fact]
    public void Several_ready_descriptors_come_in_one_wait()
    {
        using var epoll = new Epoll();
        EventDescriptor[] events = [new(), new(), new()];
        for (int i = 0; i < events.Length; i++)
        {
            epoll.Add(events[i].Descriptor, EpollEvents.Readable, (ulong)i);
            events[i].Signal();
        }

        var ready = new EpollReady[8];
        Assert.Equal(3, epoll.Wait(ready, 0));
        Assert.Equal([0, 1, 2], ready[..3].Select(entry => (int)entry.Tag).Order().ToArray());
        Array.ForEach(events, descriptor => descriptor.Dispose());
    }

    [Fact]
    public void A_reset_signal_is_over()
    {
        using var epoll = new Epoll();
        using var signal = new EventDescriptor();
        epoll.Add(signal.Descriptor, EpollEvents.Readable, 1);
        signal.Signal();
        signal.Signal();

        Assert.True(signal.Reset());
        Assert.False(signal.Reset());
        Assert.Equal(0, epoll.Wait(new EpollReady[1], 0));
    }

    [Fact]
    public void A_removed_descriptor_is_silent()
    {
        using var epoll = new Epoll();
        using var signal = new EventDescriptor();
        epoll.Add(signal.Descriptor, EpollEvents.Readable, 1);
        signal.Signal();
        epoll.Remove(signal.Descriptor);

        Assert.Equal(0, epoll.Wait(new EpollReady[1], 0));
        Assert.Equal(Errno.ENOENT, Assert.Throws<LinuxException>(() => epoll.Remove(signal.Descriptor)).Errno);
    }

    [Fact]
    public void A_signal_wakes_a_thread_that_waits()
    {
        using var epoll = new Epoll();
        using var signal = new EventDescriptor();
        epoll.Add(signal.Descriptor, EpollEvents.Readable, 7);
        int count = 0;
        var waiter = new Thread(() => count = epoll.Wait(new EpollReady[1], 10_000));
        waiter.Start();
        signal.Signal();

        Assert.True(waiter.Join(TimeSpan.FromSeconds(5)));
        Assert.Equal(1, count);
    }
}
