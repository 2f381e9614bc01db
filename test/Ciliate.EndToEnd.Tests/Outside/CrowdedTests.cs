using System.Net;
using System.Net.Sockets;
using Ciliate.EndToEnd.Tests.OneHost;
using Xunit;

namespace Ciliate.EndToEnd.Tests.Outside;

/// <summary>The host and a container want the same ports towards the same remote.</summary>
public sealed class CrowdedTests(World world) : IClassFixture<World>
{
    private const int OfTheHost = 1000, OfTheContainer = 3000;
    private const int FirstOfTheRange = 16384;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Theory, InlineData(Family.IPv4), InlineData(Family.IPv6)]
    public void The_hosts_connections_stay_whole_while_a_container_opens_thousands(Family family)
    {
        IPAddress remote = world.Router.Address(family);
        using Socket listener = world.Router.Network.Run(() => New(remote));
        listener.Bind(new IPEndPoint(remote, 0));
        listener.Listen(4096);
        using var open = new SocketSet();

        // In the very range that is kept for masquerade, which nobody on the host should do.
        List<(Socket Client, Socket Server)> hosts = Open(listener, open, world.Host, OfTheHost, number => FirstOfTheRange + number);
        List<(Socket Client, Socket Server)> containers = Open(listener, open, world.Web, OfTheContainer, _ => 0);

        Assert.Equal(OfTheHost + OfTheContainer, hosts.Concat(containers).Select(pair => pair.Server.RemoteEndPoint).Distinct().Count());
        Assert.All(containers, pair => Assert.Equal(World.Uplink(family), ((IPEndPoint)pair.Server.RemoteEndPoint!).Address));
        foreach ((Socket client, Socket server) in hosts.Concat(containers))
            Carries(client, server);
    }

    private static List<(Socket Client, Socket Server)> Open(Socket listener, SocketSet open, IPlace from, int count, Func<int, int> port)
    {
        var remote = (IPEndPoint)listener.LocalEndPoint!;
        var pairs = new List<(Socket, Socket)>(count);
        from.Network.Run(() =>
        {
            for (int i = 0; i < count; i++)
            {
                Socket client = open.Add(New(remote.Address));
                client.Bind(new IPEndPoint(remote.AddressFamily == AddressFamily.InterNetwork ? IPAddress.Any : IPAddress.IPv6Any, port(i)));
                client.Connect(remote);
                pairs.Add((client, open.Add(listener.Accept())));
            }
        });
        return pairs;
    }

    /// <summary>What one end sends is what the other gets, both ways.</summary>
    private static void Carries(Socket client, Socket server)
    {
        byte[] sent = Guid.NewGuid().ToByteArray(), received = new byte[sent.Length];
        foreach ((Socket from, Socket to) in new[] { (client, server), (server, client) })
        {
            from.Send(sent);
            to.ReceiveTimeout = (int)Patience.TotalMilliseconds;
            Assert.Equal(sent.Length, to.Receive(received));
            Assert.Equal(sent, received);
        }
    }

    private static Socket New(IPAddress towards) => new(towards.AddressFamily, SocketType.Stream, ProtocolType.Tcp);

    private sealed class SocketSet : IDisposable
    {
        private readonly List<Socket> _sockets = [];

        public Socket Add(Socket socket)
        {
            _sockets.Add(socket);
            return socket;
        }

        public void Dispose() => _sockets.ForEach(socket => socket.Dispose());
    }
}
