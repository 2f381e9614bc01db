using System.Buffers.Binary;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Ciliate.Testing;

namespace Ciliate.EndToEnd.Tests.Probes;

/// <summary>A client of <see cref="RecordServer"/> that reads as fast as records come and checks that none is missing.</summary>
public sealed class RecordReader : IDisposable
{
    private readonly Socket _socket;
    private long _records;
    private long _lastByte;
    private volatile string? _failure;

    public RecordReader(TestNamespace from, IPAddress server, int port)
    {
        _socket = from.Run(() => new Socket(server.AddressFamily, SocketType.Stream, ProtocolType.Tcp));
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        _socket.ConnectAsync(new IPEndPoint(server, port), limit.Token).AsTask().GetAwaiter().GetResult();
        new Thread(Read) { IsBackground = true, Name = "records" }.Start();
    }

    /// <summary>Whole records so far.</summary>
    public long Records => Interlocked.Read(ref _records);

    /// <summary>When the last byte came, as <see cref="Stopwatch.GetTimestamp"/> counts.</summary>
    public long LastByte => Interlocked.Read(ref _lastByte);

    /// <summary>Why reading ended; null while it goes on.</summary>
    public string? Failure => _failure;

    /// <summary>Waits until this many more records have come.</summary>
    public void GoesOn(int records = 100)
    {
        long wanted = Records + records;
        Eventually.Holds(() => Failure is not null || Records >= wanted, $"{records} more records (last failure: {Failure})", TimeSpan.FromSeconds(10));
        if (Failure is { } failure)
        {
            throw new InvalidOperationException(failure);
        }
    }

    public void Dispose() => _socket.Dispose();

    private void Read()
    {
        byte[] buffer = new byte[64 * 1024];
        int filled = 0;
        try
        {
            int length;
            while ((length = _socket.Receive(buffer.AsSpan(filled))) > 0)
            {
                Interlocked.Exchange(ref _lastByte, Stopwatch.GetTimestamp());
                filled = TakeRecords(buffer, filled + length);
            }

            _failure = "the server closed the connection";
        }
        catch (Exception error) when (error is SocketException or ObjectDisposedException or InvalidDataException)
        {
            _failure = error.Message;
        }
    }

    private int TakeRecords(byte[] buffer, int filled)
    {
        int taken = 0;
        for (; filled - taken >= RecordServer.RecordSize; taken += RecordServer.RecordSize)
        {
            long number = BinaryPrimitives.ReadInt64LittleEndian(buffer.AsSpan(taken));
            if (number != _records)
            {
                throw new InvalidDataException($"record {number} came where {_records} was due");
            }

            Interlocked.Increment(ref _records);
        }

        buffer.AsSpan(taken, filled - taken).CopyTo(buffer);
        return filled - taken;
    }
}
