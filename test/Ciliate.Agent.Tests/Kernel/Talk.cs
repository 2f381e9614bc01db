using System.Net;
using System.Net.Sockets;
using Ciliate.Testing;

namespace Ciliate.Agent.Tests.Kernel;

/// <summary>Two containers that ask and answer without pause, by one connection or from one port, until they are stopped.</summary>
internal sealed class Talk : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly Socket _server, _client;
    private readonly Thread _answers, _questions;
    private volatile bool _over;
    private long _answered, _heard, _lost;

    public Talk(TestNamespace from, TestNamespace to, IPAddress address, int port, ProtocolType protocol, bool isAnswered = true)
    {
        SocketType type = protocol == ProtocolType.Tcp ? SocketType.Stream : SocketType.Dgram;
        _server = to.Run(() => new Socket(address.AddressFamily, type, protocol));
        _server.Bind(new IPEndPoint(address, port));
        _client = from.Run(() => new Socket(address.AddressFamily, type, protocol));
        _client.ReceiveTimeout = isAnswered ? (int)Patience.TotalMilliseconds : 1;
        Socket? accepted = null;
        if (protocol == ProtocolType.Tcp)
            _server.Listen();
        _client.Connect(address, port);
        if (protocol == ProtocolType.Tcp)
            accepted = _server.Accept();
        _answers = new Thread(() => Answer(accepted)) { IsBackground = true };
        _questions = new Thread(Ask) { IsBackground = true };
        _answers.Start();
        _questions.Start();
    }

    public long Answered => Volatile.Read(ref _answered);

    /// <summary>Questions that reached the other side.</summary>
    public long Heard => Volatile.Read(ref _heard);

    public long Lost => Volatile.Read(ref _lost);

    public void GoesOn()
    {
        long before = Answered;
        Eventually.Holds(() => Answered > before + 20 || Lost > 0, "the talk goes on");
    }

    public void Dispose()
    {
        _over = true;
        _questions.Join();
        _client.Dispose();
        _server.Dispose();
        _answers.Join();
    }

    private void Ask()
    {
        byte[] question = new byte[64], answer = new byte[64];
        while (!_over)
        {
            try
            {
                _client.Send(question);
                if (_client.Receive(answer) == 0)
                    throw new SocketException((int)SocketError.ConnectionReset);
                Interlocked.Increment(ref _answered);
            }
            catch (SocketException)
            {
                Interlocked.Increment(ref _lost);
            }
        }
    }

    private void Answer(Socket? accepted)
    {
        byte[] question = new byte[64];
        try
        {
            EndPoint from = new IPEndPoint(_server.AddressFamily == AddressFamily.InterNetwork ? IPAddress.Any : IPAddress.IPv6Any, 0);
            for (int length = 1; length > 0;)
            {
                length = accepted?.Receive(question) ?? _server.ReceiveFrom(question, ref from);
                Interlocked.Increment(ref _heard);
                _ = accepted?.Send(question, length, SocketFlags.None) ?? _server.SendTo(question, length, SocketFlags.None, from);
            }
        }
        catch (Exception error) when (error is SocketException or ObjectDisposedException)
        {
            // The talk is over.
        }

        accepted?.Dispose();
    }
}
