using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Ciliate.Bench.Interop;
using Ciliate.Linux;

namespace Ciliate.Bench.Workloads;

/// <summary>One byte there and one back, by UDP.</summary>
internal sealed unsafe class DatagramRequestResponse() : Workload(ServedPort, SocketType.Dgram)
{
    public const ushort ServedPort = 5003;

    private const int LargestName = 28;
    private static readonly Measure Median = new("udp-rr-p50", "us", LowerIsBetter: true);

    public override IReadOnlyList<Measure> Measures => [Median];

    protected override void Serve(int listening)
    {
        byte* name = stackalloc byte[LargestName];
        byte one;
        while (true)
        {
            uint length = LargestName;
            nint received = LibC.recvfrom(listening, &one, 1, 0, name, &length);
            if (received < 0 && Marshal.GetLastPInvokeError() == Errno.EINTR)
                continue;
            // An empty datagram, a wait that took too long, or a shut socket.
            if (received != 1)
                return;
            _ = LibC.sendto(listening, &one, 1, 0, name, length);
        }
    }

    protected override IReadOnlyList<Figure> Talk(IPAddress address, byte[] name, TimeSpan length, Latencies latencies)
    {
        int socket = Sockets.Open(address.AddressFamily, SocketType.Dgram);
        try
        {
            fixed (byte* pointer = name)
                Sockets.Connect(socket, pointer, name.Length);
            latencies.Begin(length);
            long from = Stopwatch.GetTimestamp(), to;
            for (bool more = true; more; from = to)
            {
                Sockets.Send(socket);
                Sockets.Receive(socket);
                to = Stopwatch.GetTimestamp();
                more = latencies.Add(from, to, to);
            }
            _ = LibC.send(socket, null, 0, 0);
        }
        finally
        {
            _ = LibC.close(socket);
        }
        return [new Figure(Median, latencies.Median())];
    }
}
