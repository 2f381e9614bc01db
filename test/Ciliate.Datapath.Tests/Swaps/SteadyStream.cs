using System.Net;
using System.Net.Sockets;
using Ciliate.Testing;

namespace Ciliate.Datapath.Tests.Swaps;

/// <summary>Questions and answers over one TCP connection, about one each millisecond, until it is stopped.</summary>
internal sealed class SteadyStream : IDisposable
{
    private readonly Socket _listener, _client;
    private readonly Thread _serving, _asking;
    private volatile string? _failure;
    private volatile bool _stop;
    private long _answers;

    public SteadyStream(TestNamespace from, TestNamespace to, IPAddress address)
    {
        _listener = to.Run(() => new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp));
        _listener.Bind(new IPEndPoint(address, 0));
        _listener.Listen();
        _serving = new Thread(Serve) { IsBackground = true, Name = "steady stream server" };
        _serving.Start();
        _client = from.Run(() => new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true, ReceiveTimeout = 5000 });
        _client.Connect(_listener.LocalEndPoint!);
        _asking = new Thread(Ask) { IsBackground = true, Name = "steady stream client" };
        _asking.Start();
    }

    public long Answers => Interlocked.Read(ref _answers);

    public bool Failed => _failure is not null;

    /// <summary>Why it ended before it was told to; null if it did not.</summary>
    public string? StopAndTellFailure()
    {
        _stop = true;
        _asking.Join();
        _client.Dispose();
        _serving.Join();
        return _failure;
    }

    public void Dispose()
    {
        StopAndTellFailure();
        _listener.Dispose();
    }

    private void Ask()
    {
        var (question, answer) = (new byte[512], new byte[512]);
        try
        {
            for (long number = 0; !_stop; number++)
            {
                BitConverter.TryWriteBytes(question, number);
                _client.Send(question);
                for (int length = 0; length < answer.Length;)
                {
                    int received = _client.Receive(answer.AsSpan(length));
                    if (received == 0)
                        throw new InvalidDataException("the server closed the connection");
                    length += received;
                }

                if (!question.AsSpan().SequenceEqual(answer))
                    throw new InvalidDataException($"answer {number} is not what was sent");
                Interlocked.Increment(ref _answers);
                Thread.Sleep(1);
            }
        }
        catch (Exception error) when (error is SocketException or InvalidDataException)
        {
            _failure = error.Message;
        }
    }

    private void Serve()
    {
        try
        {
            using Socket connection = _listener.Accept();
            connection.NoDelay = true;
            var buffer = new byte[4096];
            int length;
            while ((length = connection.Receive(buffer)) > 0)
                connection.Send(buffer.AsSpan(0, length));
        }
        catch (SocketException error)
        {
            _failure ??= error.Message;
        }
    }
}
