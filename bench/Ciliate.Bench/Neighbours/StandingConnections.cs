using System.Net.Sockets;
using Ciliate.Bench.Interop;
using Ciliate.Bench.Topologies;
using Ciliate.Bench.Workloads;

namespace Ciliate.Bench.Neighbours;

/// <summary>TCP connections that were there before and are silent until asked. Then the server speaks first: no policy lets it open anything to
/// the ports of the client, so a flow that was lost does not come back unseen.</summary>
internal sealed unsafe class StandingConnections : IDisposable
{
    private const ushort Port = RequestResponse.ServedPort;

    private readonly List<(int Client, int Server)> _pairs = [];

    public StandingConnections(Topology topology, AddressFamily family, int count)
    {
        var address = topology.ServerAddress(family);
        int listening = topology.Server.Run(() => Sockets.Serve(address, Port, SocketType.Stream));
        try
        {
            topology.Client.Run(() =>
            {
                while (_pairs.Count < count)
                    _pairs.Add(Connect(listening, family, Sockets.NameOf(address, Port)));
            });
        }
        finally
        {
            _ = LibC.close(listening);
        }
    }

    /// <summary>How many do not carry a byte there and one back any more.</summary>
    public int CountLost() => _pairs.Count(pair => !Carries(pair.Server, pair.Client) || !Carries(pair.Client, pair.Server));

    public void Dispose()
    {
        foreach (var (client, server) in _pairs)
        {
            _ = LibC.close(client);
            _ = LibC.close(server);
        }
    }

    private static (int Client, int Server) Connect(int listening, AddressFamily family, byte[] name)
    {
        int client = Sockets.Open(family, SocketType.Stream);
        fixed (byte* pointer = name)
            Sockets.Connect(client, pointer, name.Length);
        return (client, Sockets.Check(LibC.accept4(listening, null, null, LibC.SOCK_CLOEXEC), "accept a connection"));
    }

    private static bool Carries(int from, int to)
    {
        Sockets.Send(from);
        return Sockets.TryReceive(to) == 1;
    }
}
