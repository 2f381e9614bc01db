using System.Net;
using System.Net.Sockets;
using Ciliate.Testing;

namespace Ciliate.EndToEnd.Tests.Probes;

/// <summary>Sends back what it gets, by TCP and UDP, IPv4 and IPv6, on every port it was given.</summary>
public sealed class EchoServer : IDisposable
{
    private readonly List<Socket> _listeners = [];

    public EchoServer(TestNamespace inside, params IReadOnlyList<int> ports)
    {
        foreach (int port in ports)
        {
            Socket tcp = Open(inside, SocketType.Stream, ProtocolType.Tcp, port), udp = Open(inside, SocketType.Dgram, ProtocolType.Udp, port);
            tcp.Listen();
            InBackground(() => ServeStreams(tcp));
            InBackground(() => ServeDatagrams(udp));
        }
    }

    public void Dispose() => _listeners.ForEach(listener => listener.Dispose());

    private Socket Open(TestNamespace inside, SocketType type, ProtocolType protocol, int port)
    {
        Socket socket = inside.Run(() => new Socket(AddressFamily.InterNetworkV6, type, protocol) { DualMode = true });
        socket.Bind(new IPEndPoint(IPAddress.IPv6Any, port));
        _listeners.Add(socket);
        return socket;
    }

    private static void ServeStreams(Socket listener)
    {
        while (true)
        {
            Socket connection = listener.Accept();
            InBackground(() => Echo(connection));
        }
    }

    private static void Echo(Socket connection)
    {
        using (connection)
        {
            byte[] buffer = new byte[64 * 1024];
            int length;
            while ((length = connection.Receive(buffer)) > 0)
            {
                connection.Send(buffer.AsSpan(0, length));
            }
        }
    }

    private static void ServeDatagrams(Socket socket)
    {
        byte[] buffer = new byte[64 * 1024];
        EndPoint sender = new IPEndPoint(IPAddress.IPv6Any, 0);
        while (true)
        {
            int length = socket.ReceiveFrom(buffer, ref sender);
            socket.SendTo(buffer.AsSpan(0, length), sender);
        }
    }

    /// <summary>Until the socket is closed, by us or by the peer.</summary>
    internal static void InBackground(Action work) => new Thread(() =>
    {
        try
        {
            work();
        }
        catch (Exception error) when (error is SocketException or ObjectDisposedException)
        {
            // How such a thread ends.
        }
    })
    { IsBackground = true, Name = "echo" }.Start();
}
