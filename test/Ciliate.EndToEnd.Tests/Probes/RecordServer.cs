using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using Ciliate.Testing;

namespace Ciliate.EndToEnd.Tests.Probes;

/// <summary>Sends numbered records to whoever connects, about one per millisecond, until one side closes.</summary>
public sealed class RecordServer : IDisposable
{
    public const int RecordSize = 512;
    private readonly Socket _listener;

    public RecordServer(TestNamespace inside, int port)
    {
        Port = port;
        _listener = inside.Run(() => new Socket(AddressFamily.InterNetworkV6, SocketType.Stream, ProtocolType.Tcp) { DualMode = true });
        _listener.Bind(new IPEndPoint(IPAddress.IPv6Any, port));
        _listener.Listen();
        EchoServer.InBackground(() =>
        {
            while (true)
            {
                Socket connection = _listener.Accept();
                EchoServer.InBackground(() => SendRecords(connection));
            }
        });
    }

    public int Port { get; }

    public void Dispose() => _listener.Dispose();

    private static void SendRecords(Socket connection)
    {
        using (connection)
        {
            connection.NoDelay = true;
            byte[] record = new byte[RecordSize];
            for (long number = 0; ; number++)
            {
                BinaryPrimitives.WriteInt64LittleEndian(record, number);
                connection.Send(record);
                Thread.Sleep(1);
            }
        }
    }
}
