using System.Net;
using System.Net.Sockets;
using Ciliate.Bench.Interop;
using Ciliate.Bench.Topologies;

namespace Ciliate.Bench.Workloads;

/// <summary>One figure of one slice.</summary>
internal readonly record struct Figure(Measure Measure, double Value);

/// <summary>What is measured: its name, its unit, and which way is better.</summary>
internal sealed record Measure(string Name, string Unit, bool LowerIsBetter);

/// <summary>A client and a server, each a thread with blocking calls, in the namespaces of a topology.</summary>
internal abstract class Workload(ushort port, SocketType type)
{
    public abstract IReadOnlyList<Measure> Measures { get; }

    /// <summary>Runs one slice. The server's socket is opened for it and closed after it.</summary>
    public IReadOnlyList<Figure> Run(Topology topology, AddressFamily family, TimeSpan length, Latencies latencies)
    {
        var address = topology.ServerAddress(family);
        int listening = topology.Server.Run(() => Sockets.Serve(address, port, type));
        var server = new Thread(() =>
        {
            Cpu.Enter();
            Serve(listening);
        })
        { IsBackground = true, Name = "server" };
        server.Start();
        try
        {
            return topology.Client.Run(() =>
            {
                Cpu.Enter();
                return Talk(address, Sockets.NameOf(address, port), length, latencies);
            });
        }
        finally
        {
            Stop(listening);
            server.Join();
            _ = LibC.close(listening);
        }
    }

    /// <summary>Answers until <see cref="Stop"/>.</summary>
    protected abstract void Serve(int listening);

    protected abstract IReadOnlyList<Figure> Talk(IPAddress address, byte[] name, TimeSpan length, Latencies latencies);

    /// <summary>Wakes a server that waits.</summary>
    protected virtual void Stop(int listening) => _ = LibC.shutdown(listening, LibC.SHUT_RDWR);
}
