using System.Net;
using System.Net.Sockets;
using Ciliate.Bench.Interop;
using Ciliate.Bench.Workloads;
using Ciliate.Testing;

namespace Ciliate.Bench.Neighbours;

/// <summary>A container that sends one byte by UDP on many flows, in both families. It runs on the CPUs that are not measured, and so does
/// all that its packets cause.</summary>
internal sealed unsafe class Flooder : IDisposable
{
    /// <summary>Datagrams between two pauses of a millisecond: at most ten thousand a second, a few hundredths of a CPU.</summary>
    private const int Burst = 10;

    private readonly (int Socket, byte[] Name)[] _ways;
    private readonly int _flows;

    /// <param name="targets">Where to, one of each family.</param>
    /// <param name="sockets">Ports of its own in each family.</param>
    /// <param name="ports">Ports of each target, from 1 on.</param>
    public Flooder(TestNamespace container, IReadOnlyList<IPAddress> targets, int sockets, int ports)
    {
        _ways = container.Run(() => Enumerable.Range(0, sockets)
            .SelectMany(_ => targets.Select(target => (Sockets.Open(target.AddressFamily, SocketType.Dgram), Sockets.NameOf(target, 1))))
            .ToArray());
        _flows = _ways.Length * ports;
    }

    /// <summary>Sends on each flow once, as fast as it goes.</summary>
    public void SendOnAll()
    {
        for (int flow = 0; flow < _flows; flow++)
            Send(flow);
    }

    /// <summary>Sends slowly, each time on any of its flows, while others work.</summary>
    public T SendDuring<T>(Func<T> work)
    {
        using var over = new CancellationTokenSource();
        var sender = new Thread(() =>
        {
            Cpu.Leave();
            for (; !over.IsCancellationRequested; Thread.Sleep(1))
            {
                for (int i = 0; i < Burst; i++)
                    Send(Random.Shared.Next(_flows));
            }
        })
        { IsBackground = true, Name = "flooder" };
        sender.Start();
        try
        {
            return work();
        }
        finally
        {
            over.Cancel();
            sender.Join();
        }
    }

    public void Dispose()
    {
        foreach (var (socket, _) in _ways)
            _ = LibC.close(socket);
    }

    private void Send(int flow)
    {
        var (socket, name) = _ways[flow % _ways.Length];
        ushort port = (ushort)(1 + (flow / _ways.Length));
        // The port stands behind the family, in network order, in both kinds of names.
        (name[2], name[3]) = ((byte)(port >> 8), (byte)port);
        byte one = 1;
        fixed (byte* pointer = name)
            _ = LibC.sendto(socket, &one, 1, 0, pointer, (uint)name.Length);
    }
}
