using System.Net;
using System.Net.Sockets;
using Ciliate.Testing;
using Xunit;

namespace Ciliate.EndToEnd.Tests.Probes;

/// <summary>A client of <see cref="EchoServer"/> whose datagrams nobody may cut, so that the kernel finds out how large they may be (RFC 1191, RFC 8201).</summary>
public sealed class PathMtuProbe : IDisposable
{
    // ip(7), ipv6(7)
    private const int SolIp = 0, IpMtuDiscover = 10, IpMtu = 14;
    private const int SolIpv6 = 41, Ipv6MtuDiscover = 23, Ipv6Mtu = 24;
    private const int AlwaysDiscover = 2;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly Socket _socket;
    private readonly bool _ipv4;

    public PathMtuProbe(TestNamespace from, IPAddress to, int port)
    {
        _ipv4 = to.AddressFamily == AddressFamily.InterNetwork;
        _socket = from.Run(() => new Socket(to.AddressFamily, SocketType.Dgram, ProtocolType.Udp));
        _socket.SetRawSocketOption(Level, _ipv4 ? IpMtuDiscover : Ipv6MtuDiscover, BitConverter.GetBytes(AlwaysDiscover));
        _socket.ReceiveTimeout = (int)Patience.TotalMilliseconds;
        _socket.Connect(to, port);
    }

    /// <summary>Bytes of the largest packet, as far as the kernel knows.</summary>
    public int Mtu
    {
        get
        {
            byte[] mtu = new byte[sizeof(int)];
            _socket.GetRawSocketOption(Level, _ipv4 ? IpMtu : Ipv6Mtu, mtu);
            return BitConverter.ToInt32(mtu);
        }
    }

    private int Level => _ipv4 ? SolIp : SolIpv6;

    /// <summary>Sends what is too large until the kernel has been told how large it may be, and then what fits.</summary>
    public void Finds(int mtu)
    {
        byte[] tooLarge = new byte[mtu], answer = new byte[mtu];
        Eventually.Holds(
            () =>
            {
                TrySend(tooLarge);
                return Mtu == mtu;
            },
            $"the path's MTU is found to be {mtu}",
            Patience);

        byte[] fits = tooLarge[..(mtu - 100)];
        Eventually.Holds(() => TrySend(fits), "all errors are told");
        Assert.Equal(fits.Length, _socket.Receive(answer));
    }

    public void Dispose() => _socket.Dispose();

    /// <summary>Whether the kernel did not say instead that this or something before was too large.</summary>
    public bool TrySend(byte[] datagram)
    {
        try
        {
            return _socket.Send(datagram) == datagram.Length;
        }
        catch (SocketException error) when (error.SocketErrorCode == SocketError.MessageSize)
        {
            return false;
        }
    }
}
