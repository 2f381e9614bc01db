using System.Net;
using System.Net.Sockets;
using Ciliate.Testing;

namespace Ciliate.EndToEnd.Tests.Probes;

/// <summary>A datagram about every millisecond to an <see cref="EchoServer"/>, each answered before the next: a lost one is not repaired, it shows.</summary>
public sealed class DatagramTalk : IDisposable
{
    private const int AnswerWithinMilliseconds = 2000;
    private readonly Socket _socket;
    private readonly Thread _thread;
    private readonly int _size;
    private volatile bool _stop;
    private long _answered;
    private long _lost;

    /// <param name="size">Bytes of a datagram, at least 8.</param>
    public DatagramTalk(TestNamespace from, IPAddress server, int port, int size = 64)
    {
        _size = size;
        _socket = from.Run(() => new Socket(server.AddressFamily, SocketType.Dgram, ProtocolType.Udp));
        _socket.ReceiveTimeout = AnswerWithinMilliseconds;
        _socket.Connect(new IPEndPoint(server, port));
        _thread = new Thread(Talk) { IsBackground = true, Name = "datagrams" };
        _thread.Start();
    }

    public long Answered => Interlocked.Read(ref _answered);

    public long Lost => Interlocked.Read(ref _lost);

    /// <summary>Waits until this many more datagrams have been answered.</summary>
    public void GoesOn(int datagrams = 50)
    {
        long wanted = Answered + datagrams;
        Eventually.Holds(() => Answered >= wanted, $"{datagrams} more datagrams are answered ({Lost} are lost)", TimeSpan.FromSeconds(10));
    }

    public void Dispose()
    {
        _stop = true;
        _thread.Join();
        _socket.Dispose();
    }

    private void Talk()
    {
        byte[] question = new byte[_size], answer = new byte[_size];
        for (long number = 0; !_stop; number++)
        {
            BitConverter.TryWriteBytes(question, number);
            try
            {
                _socket.Send(question);
                bool whole = _socket.Receive(answer) == question.Length && question.AsSpan().SequenceEqual(answer);
                Interlocked.Increment(ref whole ? ref _answered : ref _lost);
            }
            catch (SocketException)
            {
                Interlocked.Increment(ref _lost);
            }

            Thread.Sleep(1);
        }
    }
}
