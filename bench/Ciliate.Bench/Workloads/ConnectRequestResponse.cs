using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Ciliate.Bench.Interop;

namespace Ciliate.Bench.Workloads;

/// <summary>A TCP connection for each byte there and back. The server closes first, so that the client's ports are free again at once.
/// The time is that from the client's socket(2) to the answer; the rate counts the whole life of the connections, their end
/// included.</summary>
internal sealed unsafe class ConnectRequestResponse() : Workload(ServedPort, SocketType.Stream)
{
    public const ushort ServedPort = 5002;

    /// <summary>Connections per second.</summary>
    public static readonly Measure Rate = new("tcp-connections", "1/s", LowerIsBetter: false);

    private static readonly Measure Median = new("tcp-crr-p50", "us", LowerIsBetter: true);

    public override IReadOnlyList<Measure> Measures => [Median, Rate];

    protected override void Serve(int listening)
    {
        int connection;
        while ((connection = LibC.accept4(listening, null, null, LibC.SOCK_CLOEXEC)) >= 0)
        {
            if (Sockets.TryReceive(connection) == 1)
                Sockets.Send(connection);
            _ = LibC.close(connection);
        }
    }

    protected override IReadOnlyList<Figure> Talk(IPAddress address, byte[] name, TimeSpan length, Latencies latencies)
    {
        latencies.Begin(length);
        fixed (byte* pointer = name)
        {
            bool more;
            do
            {
                more = Exchange(address.AddressFamily, pointer, name.Length, latencies);
            }
            while (more);
        }
        return [new Figure(Median, latencies.Median()), new Figure(Rate, latencies.Rate())];
    }

    private static bool Exchange(AddressFamily family, byte* name, int length, Latencies latencies)
    {
        long from = Stopwatch.GetTimestamp();
        int socket = Sockets.Open(family, SocketType.Stream);
        try
        {
            Sockets.Connect(socket, name, length);
            Sockets.Send(socket);
            if (!Sockets.Receive(socket))
                throw new BenchException("the server ended a connection without an answer");
            long to = Stopwatch.GetTimestamp();
            Sockets.Receive(socket);
            return latencies.Add(from, to, Stopwatch.GetTimestamp());
        }
        finally
        {
            _ = LibC.close(socket);
        }
    }
}
