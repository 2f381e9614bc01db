using System.Threading.Channels;
using Ciliate.Linux;
using Ciliate.Netlink.Protocol;

namespace Ciliate.Netlink;

/// <summary>Tells that links, addresses, routes, qdiscs, filters or forwarding of a namespace have changed, and not what: whoever hears it looks anew. So nothing is lost when
/// the kernel's buffer overflows, and a thousand changes at once are one.</summary>
public sealed class ChangeMonitor : IDisposable
{
    private const int BufferSize = 64 * 1024;
    private const ulong SocketTag = 1, StopTag = 2;

    private readonly KernelSocket _socket = RouteSocket.Open(
        Rtm.RTMGRP_LINK | Rtm.RTMGRP_TC | Rtm.RTMGRP_IPV4_IFADDR | Rtm.RTMGRP_IPV4_ROUTE | Rtm.RTMGRP_IPV6_IFADDR | Rtm.RTMGRP_IPV6_ROUTE
        | Rtm.RTMGRP_IPV4_NETCONF | Rtm.RTMGRP_IPV6_NETCONF);
    private readonly EventDescriptor _stop = new();
    private readonly Channel<bool> _channel =
        Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite, SingleWriter = true });
    private readonly Thread _thread;
    private volatile bool _stopping;

    private ChangeMonitor() => _thread = new Thread(Run) { IsBackground = true, Name = "change monitor" };

    /// <summary>An item for each time that something changed since the item before was taken. Ends when the monitor is disposed, or with
    /// the error that ended it.</summary>
    public ChannelReader<bool> Changes => _channel.Reader;

    public static ChangeMonitor Start(NetworkNamespace networkNamespace) => networkNamespace.Run(() =>
    {
        var monitor = new ChangeMonitor();
        monitor._thread.Start();
        return monitor;
    });

    public void Dispose()
    {
        if (_stopping)
        {
            return;
        }

        _stopping = true;
        _stop.Signal();
        _thread.Join();
        _socket.Dispose();
        _stop.Dispose();
    }

    private void Run()
    {
        try
        {
            using var epoll = new Epoll();
            epoll.Add(_socket.Descriptor, EpollEvents.Readable, SocketTag);
            epoll.Add(_stop.Descriptor, EpollEvents.Readable, StopTag);
            Span<EpollReady> ready = stackalloc EpollReady[2];
            byte[] buffer = new byte[BufferSize];
            while (!_stopping)
            {
                epoll.Wait(ready, Timeout.Infinite);
                Drain(buffer);
                _channel.Writer.TryWrite(true);
            }

            _channel.Writer.TryComplete();
        }
        catch (Exception exception) when (exception is NetlinkException or LinuxException)
        {
            _channel.Writer.TryComplete(exception);
        }
    }

    private void Drain(byte[] buffer)
    {
        int length;
        do
        {
            length = _socket.Receive(buffer, Nl.MSG_DONTWAIT | Nl.MSG_TRUNC);
        }
        while (length is >= 0 or -Errno.ENOBUFS);

        if (length != -Errno.EAGAIN)
        {
            throw new NetlinkException("watch the network namespace", -length);
        }
    }
}
