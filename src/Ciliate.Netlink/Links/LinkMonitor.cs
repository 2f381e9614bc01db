using System.Threading.Channels;
using Ciliate.Linux;
using Ciliate.Netlink.Protocol;

namespace Ciliate.Netlink;

/// <summary>Tells what happens to the links of a namespace: first every link that is there as <see cref="LinkEventKind.Added"/>, then
/// each change. A thread of its own reads the kernel's messages into a bounded channel. When the channel is full it stops reading;
/// when then the kernel's buffer overflows, the links are listed anew and the difference is told.</summary>
public sealed class LinkMonitor : IDisposable
{
    private const int DefaultCapacity = 1024;
    private const int BufferSize = 64 * 1024;
    private const int SolSocket = 1, SoReceiveBuffer = 8;
    private const ulong SocketTag = 1, StopTag = 2;
    private static readonly TimeSpan FullChannelPause = TimeSpan.FromMilliseconds(10);

    private readonly KernelSocket _socket = RouteSocket.Open(Rtm.RTMGRP_LINK);
    private readonly NetlinkChannel _lister = new();
    private readonly EventDescriptor _stop = new();
    private readonly CancellationTokenSource _stopping = new();
    private readonly Dictionary<int, Link> _told = [];
    private readonly byte[] _buffer = new byte[BufferSize];
    private readonly Channel<LinkEvent> _channel;
    private readonly Thread _thread;

    private LinkMonitor(int capacity, int? receiveBuffer)
    {
        if (receiveBuffer is int bytes)
        {
            _socket.SetOption(SolSocket, SoReceiveBuffer, bytes);
        }

        _channel = Channel.CreateBounded<LinkEvent>(new BoundedChannelOptions(capacity) { SingleWriter = true });
        _thread = new Thread(Run) { IsBackground = true, Name = "link monitor" };
    }

    /// <summary>Ends when the monitor is disposed, or with the error that ended it.</summary>
    public ChannelReader<LinkEvent> Events => _channel.Reader;

    /// <summary>Watches the namespace of the calling thread.</summary>
    public static LinkMonitor StartCurrent() => Start(DefaultCapacity, null);

    public static LinkMonitor Start(NetworkNamespace networkNamespace) => networkNamespace.Run(StartCurrent);

    /// <param name="capacity">Events that wait for the consumer.</param>
    /// <param name="receiveBuffer">Bytes of messages that the kernel keeps; null takes its default.</param>
    internal static LinkMonitor Start(int capacity, int? receiveBuffer)
    {
        var monitor = new LinkMonitor(capacity, receiveBuffer);
        monitor._thread.Start();
        return monitor;
    }

    public void Dispose()
    {
        if (_stopping.IsCancellationRequested)
        {
            return;
        }

        _stopping.Cancel();
        _stop.Signal();
        _thread.Join();
        _socket.Dispose();
        _lister.Dispose();
        _stop.Dispose();
        _stopping.Dispose();
    }

    private void Run()
    {
        try
        {
            using var epoll = new Epoll();
            epoll.Add(_socket.Descriptor, EpollEvents.Readable, SocketTag);
            epoll.Add(_stop.Descriptor, EpollEvents.Readable, StopTag);
            TellDifference();
            Span<EpollReady> ready = stackalloc EpollReady[2];
            while (!_stopping.IsCancellationRequested)
            {
                epoll.Wait(ready, Timeout.Infinite);
                ReadMessages();
            }

            _channel.Writer.TryComplete();
        }
        catch (Exception exception) when (exception is NetlinkException or LinuxException)
        {
            _channel.Writer.TryComplete(exception);
        }
    }

    private void ReadMessages()
    {
        while (!_stopping.IsCancellationRequested)
        {
            int length = _socket.Receive(_buffer, Nl.MSG_DONTWAIT | Nl.MSG_TRUNC);
            switch (length)
            {
                case -Errno.EAGAIN:
                    return;
                case -Errno.ENOBUFS:
                    Resynchronize();
                    break;
                case < 0:
                    throw new NetlinkException("watch links", -length);
                default:
                    ReadDatagram(RouteSocket.Whole(_buffer, length));
                    break;
            }
        }
    }

    private void ReadDatagram(ReadOnlySpan<byte> datagram)
    {
        var messages = new MessageReader(datagram);
        while (messages.MoveNext())
        {
            if (!Link.TryParse(messages.Current, out Link link))
            {
                continue;
            }

            if (messages.Current.Type == Rtm.DELLINK)
            {
                TellRemoved(link);
            }
            else
            {
                TellPresent(link);
            }
        }
    }

    private void Resynchronize()
    {
        // What is queued is older than the list, and what would correct it may be among the lost.
        int length;
        do
        {
            length = _socket.Receive(_buffer, Nl.MSG_DONTWAIT | Nl.MSG_TRUNC);
        }
        while (length is >= 0 or -Errno.ENOBUFS);

        Tell(new LinkEvent(LinkEventKind.Overrun, null));
        TellDifference();
    }

    private void TellDifference()
    {
        var request = new NetlinkWriter(stackalloc byte[RouteNetlink.RequestSize], Rtm.GETLINK, 0);
        request.Structure(new InterfaceHeader());
        List<Link> present = _lister.Dump<Link>(request.Message, "list links", Link.TryParse);
        HashSet<int> indices = [.. present.Select(link => link.Index)];
        foreach (Link gone in _told.Values.Where(link => !indices.Contains(link.Index)).ToList())
        {
            TellRemoved(gone);
        }

        present.ForEach(TellPresent);
    }

    private void TellPresent(Link link)
    {
        bool known = _told.TryGetValue(link.Index, out Link? before);
        if (known && before == link)
        {
            return;
        }

        _told[link.Index] = link;
        Tell(new LinkEvent(known ? LinkEventKind.Changed : LinkEventKind.Added, link));
    }

    private void TellRemoved(Link link)
    {
        if (_told.Remove(link.Index))
        {
            Tell(new LinkEvent(LinkEventKind.Removed, link));
        }
    }

    private void Tell(LinkEvent linkEvent)
    {
        while (!_channel.Writer.TryWrite(linkEvent) && !_stopping.Token.WaitHandle.WaitOne(FullChannelPause))
        {
        }
    }
}
