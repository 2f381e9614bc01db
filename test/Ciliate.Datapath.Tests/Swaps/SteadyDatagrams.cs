using System.Net;
using System.Net.Sockets;
using Ciliate.Testing;

namespace Ciliate.Datapath.Tests.Swaps;

/// <summary>Datagrams as fast as they go, never more of them under way than the receiver's buffer holds: so what is lost is lost by those in
/// between, and is told.</summary>
internal sealed class SteadyDatagrams : IDisposable
{
    /// <summary>Below the socket's buffer (some 400 KB, at most 1 KB for each) and the backlog of a CPU (1000).</summary>
    private const int UnderWay = 256;

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(5);

    private readonly Socket _sender, _receiver;
    private readonly Thread _sending, _receiving;
    private long _sent, _received, _sum;
    private volatile bool _stop, _drained;

    public SteadyDatagrams(TestNamespace from, TestNamespace to, IPAddress address, int port)
    {
        _receiver = to.Run(() => new Socket(address.AddressFamily, SocketType.Dgram, ProtocolType.Udp));
        _receiver.ReceiveBufferSize = 212_992;
        _receiver.ReceiveTimeout = 100;
        _receiver.Bind(new IPEndPoint(address, port));
        _sender = from.Run(() => new Socket(address.AddressFamily, SocketType.Dgram, ProtocolType.Udp));
        _sender.Connect(new IPEndPoint(address, port));
        _receiving = Start(Receive, "steady receiver");
        _sending = Start(Send, "steady sender");
    }

    /// <summary>To be asked when sending has ended.</summary>
    public long Sent => _sent;

    public long Received => Interlocked.Read(ref _received);

    /// <summary>Ends the sending and waits for what is under way; how many never came. One that came twice makes it negative.</summary>
    public long StopAndCountLost()
    {
        _stop = true;
        _sending.Join();
        // The receiver must not end at an empty buffer before the last one is sent.
        SpinWait.SpinUntil(() => Received >= _sent, s_patience);
        _drained = true;
        _receiving.Join();
        long complete = _sent * (_sent - 1) / 2;
        return _sent == _received && complete != _sum ? -1 : _sent - _received;
    }

    public void Dispose()
    {
        _stop = _drained = true;
        _sending.Join();
        _receiving.Join();
        _sender.Dispose();
        _receiver.Dispose();
    }

    private void Send()
    {
        var datagram = new byte[sizeof(long)];
        for (long number = 0; !_stop; number++)
        {
            while (number - Received >= UnderWay)
            {
                if (_stop)
                    return;
                Thread.Yield();
            }

            BitConverter.TryWriteBytes(datagram, number);
            _sender.Send(datagram);
            _sent = number + 1;
        }
    }

    private void Receive()
    {
        var datagram = new byte[sizeof(long)];
        while (!_drained || _receiver.Available > 0)
        {
            try
            {
                _receiver.Receive(datagram);
                _sum += BitConverter.ToInt64(datagram);
                Interlocked.Increment(ref _received);
            }
            catch (SocketException error) when (error.SocketErrorCode == SocketError.TimedOut)
            {
                // Looks whether it is to stop.
            }
        }
    }

    private static Thread Start(ThreadStart work, string name)
    {
        var thread = new Thread(work) { IsBackground = true, Name = name };
        thread.Start();
        return thread;
    }
}
