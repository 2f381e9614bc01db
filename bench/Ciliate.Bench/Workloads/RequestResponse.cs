using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Ciliate.Bench.Interop;

namespace Ciliate.Bench.Workloads;

/// <summary>One byte there and one back, over one TCP connection.</summary>
internal sealed unsafe class RequestResponse() : Workload(ServedPort, SocketType.Stream)
{
    public const ushort ServedPort = 5001;

    private static readonly Measure Median = new("tcp-rr-p50", "us", LowerIsBetter: true);

    public override IReadOnlyList<Measure> Measures => [Median];

    protected override void Serve(int listening)
    {
        int connection = LibC.accept4(listening, null, null, LibC.SOCK_CLOEXEC);
        if (connection < 0)
            return;
        while (Sockets.TryReceive(connection) == 1)
            Sockets.Send(connection);
        _ = LibC.close(connection);
    }

    protected override IReadOnlyList<Figure> Talk(IPAddress address, byte[] name, TimeSpan length, Latencies latencies)
    {
        int socket = Sockets.Open(address.AddressFamily, SocketType.Stream);
        try
        {
            fixed (byte* pointer = name)
                Sockets.Connect(socket, pointer, name.Length);
            latencies.Begin(length);
            long from = Stopwatch.GetTimestamp(), to;
            for (bool more = true; more; from = to)
            {
                Sockets.Send(socket);
                if (!Sockets.Receive(socket))
                    throw new BenchException("the server ended the connection of the request/response run");
                to = Stopwatch.GetTimestamp();
                more = latencies.Add(from, to, to);
            }
        }
        finally
        {
            _ = LibC.close(socket);
        }
        return [new Figure(Median, latencies.Median())];
    }
}
