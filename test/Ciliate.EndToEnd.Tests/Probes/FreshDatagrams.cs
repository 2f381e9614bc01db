using System.Net;
using System.Net.Sockets;
using Ciliate.Testing;

namespace Ciliate.EndToEnd.Tests.Probes;

/// <summary>A question to an <see cref="EchoServer"/> about every few milliseconds, each from a port of its own: so each is the first of a flow, judged by
/// policies and not by what the flow table knows. A question is lost when nobody answers within a second.</summary>
public sealed class FreshDatagrams : IDisposable
{
    private const int AnswerWithinMilliseconds = 1000;
    private const int PauseMilliseconds = 5;

    private readonly TestNamespace _from;
    private readonly IPEndPoint _server;
    private readonly Thread _thread;
    private readonly bool _waits;
    private long _asked;
    private long _answered;
    private volatile bool _stop;

    /// <param name="waits">Each question waits for its answer; else the next one comes without, since none is expected.</param>
    public FreshDatagrams(TestNamespace from, IPAddress server, int port, bool waits)
    {
        _from = from;
        _server = new IPEndPoint(server, port);
        _waits = waits;
        _thread = new Thread(Ask) { IsBackground = true, Name = "fresh datagrams" };
        _thread.Start();
    }

    public long Asked => Interlocked.Read(ref _asked);

    public long Answered => Interlocked.Read(ref _answered);

    /// <summary>Ends the asking and waits for the last answer.</summary>
    public void Stop()
    {
        _stop = true;
        _thread.Join();
    }

    public void Dispose() => Stop();

    private void Ask() => _from.Run(() =>
    {
        byte[] answer = new byte[16];
        while (!_stop)
        {
            using var socket = new Socket(_server.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
            socket.Connect(_server);
            socket.Send(BitConverter.GetBytes(_asked));
            Interlocked.Increment(ref _asked);
            if (socket.Poll(TimeSpan.FromMilliseconds(_waits ? AnswerWithinMilliseconds : PauseMilliseconds), SelectMode.SelectRead))
            {
                socket.Receive(answer);
                Interlocked.Increment(ref _answered);
            }

            Thread.Sleep(PauseMilliseconds);
        }
    });
}
