using System.Net;
using System.Net.Sockets;
using Ciliate.Testing;

namespace Ciliate.Datapath.Tests.Swaps;

/// <summary>Datagrams that no policy allows, about one each millisecond, and an ear for those that come through.</summary>
internal sealed class ForbiddenDatagrams : IDisposable
{
    private readonly Socket _sender, _receiver;
    private readonly Thread _sending;
    private volatile bool _stop;
    private long _sent;

    public ForbiddenDatagrams(TestNamespace from, TestNamespace to, IPAddress address, int port)
    {
        _receiver = to.Run(() => new Socket(address.AddressFamily, SocketType.Dgram, ProtocolType.Udp));
        _receiver.Bind(new IPEndPoint(address, port));
        _sender = from.Run(() => new Socket(address.AddressFamily, SocketType.Dgram, ProtocolType.Udp));
        _sender.Connect(new IPEndPoint(address, port));
        _sending = new Thread(Send) { IsBackground = true, Name = "forbidden sender" };
        _sending.Start();
    }

    public long Sent => Interlocked.Read(ref _sent);

    /// <summary>Ends the sending; how many came through.</summary>
    public int StopAndCountHeard()
    {
        _stop = true;
        _sending.Join();
        int heard = 0;
        var datagram = new byte[16];
        while (_receiver.Poll(TimeSpan.FromMilliseconds(100), SelectMode.SelectRead))
        {
            _receiver.Receive(datagram);
            heard++;
        }

        return heard;
    }

    public void Dispose()
    {
        _stop = true;
        _sending.Join();
        _sender.Dispose();
        _receiver.Dispose();
    }

    private void Send()
    {
        while (!_stop)
        {
            _sender.Send([1]);
            Interlocked.Increment(ref _sent);
            Thread.Sleep(1);
        }
    }
}
