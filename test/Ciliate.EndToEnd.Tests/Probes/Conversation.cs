using System.Net;
using System.Net.Sockets;
using Ciliate.Testing;

namespace Ciliate.EndToEnd.Tests.Probes;

public enum Transport
{
    Tcp,
    Udp,
}

/// <summary>A client of <see cref="EchoServer"/>.</summary>
public sealed class Conversation : IDisposable
{
    private static readonly byte[] Greeting = "are you there?"u8.ToArray();

    // Below the range that the kernel chooses from, and never twice: a verdict is found by its source port.
    private static int _lastSourcePort = 20000;

    private readonly Socket _socket;
    private readonly IPEndPoint _server;
    private readonly Transport _transport;

    public Conversation(TestNamespace from, IPAddress server, int port, Transport transport)
    {
        _server = new IPEndPoint(server, port);
        _transport = transport;
        _socket = from.Run(() => transport == Transport.Tcp
            ? new Socket(server.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true }
            : new Socket(server.AddressFamily, SocketType.Dgram, ProtocolType.Udp));
        _socket.Bind(new IPEndPoint(server.AddressFamily == AddressFamily.InterNetwork ? IPAddress.Any : IPAddress.IPv6Any, SourcePort));
    }

    public int SourcePort { get; } = Interlocked.Increment(ref _lastSourcePort);

    /// <summary>Connects if need be, sends something, and tells whether it came back in time.</summary>
    public bool IsAnswered(TimeSpan limit)
    {
        try
        {
            if (!_socket.Connected)
            {
                Connect(limit);
            }

            _socket.ReceiveTimeout = (int)limit.TotalMilliseconds;
            _socket.Send(Greeting);
            byte[] answer = new byte[Greeting.Length];
            int length = 0, received;
            while (length < answer.Length && (received = _socket.Receive(answer.AsSpan(length))) > 0)
            {
                length += received;
            }

            return answer.AsSpan(0, length).SequenceEqual(Greeting);
        }
        catch (Exception error) when (error is SocketException or OperationCanceledException)
        {
            return false;
        }
    }

    public void Dispose() => _socket.Dispose();

    private void Connect(TimeSpan limit)
    {
        if (_transport == Transport.Udp)
        {
            _socket.Connect(_server);
            return;
        }

        using var cancellation = new CancellationTokenSource(limit);
        _socket.ConnectAsync(_server, cancellation.Token).AsTask().GetAwaiter().GetResult();
    }
}
