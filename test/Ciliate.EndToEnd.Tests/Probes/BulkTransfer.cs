using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using Ciliate.EndToEnd.Tests.OneHost;

namespace Ciliate.EndToEnd.Tests.Probes;

/// <summary>As many bytes as wanted over one TCP connection, as fast as they go.</summary>
/// <param name="Sent">SHA-256 of what was sent.</param>
/// <param name="Received">SHA-256 of what arrived.</param>
public sealed record BulkTransfer(string Sent, string Received, long Bytes)
{
    private const int Chunk = 1 << 20;
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    /// <param name="from">Connects.</param>
    /// <param name="bytes">A multiple of 1 MiB.</param>
    /// <param name="download">Whether they go to who connects.</param>
    /// <param name="port">To connect to; 0 for any that is free.</param>
    public static BulkTransfer Run(IPlace from, IPlace to, Family family, long bytes, bool download = false, int port = 0)
    {
        IPAddress address = to.Address(family);
        using Socket listener = to.Network.Run(() => new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp));
        listener.Bind(new IPEndPoint(address, port));
        listener.Listen();
        using Socket client = from.Network.Run(() => new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp));
        client.Connect(listener.LocalEndPoint!);
        using Socket server = listener.Accept();
        (Socket sender, Socket receiver) = download ? (server, client) : (client, server);
        Task<(string Hash, long Bytes)> receiving = Task.Factory.StartNew(() => Receive(receiver), TaskCreationOptions.LongRunning);
        sender.SendTimeout = (int)Limit.TotalMilliseconds;
        string sent = Send(sender, bytes);
        (string received, long count) = receiving.WaitAsync(Limit).GetAwaiter().GetResult();
        return new BulkTransfer(sent, received, count);
    }

    private static string Send(Socket socket, long bytes)
    {
        byte[] chunk = RandomNumberGenerator.GetBytes(Chunk);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        for (long i = 0; i < bytes / Chunk; i++)
        {
            // No two chunks are alike, so that one in the wrong place shows.
            BitConverter.TryWriteBytes(chunk, i);
            hash.AppendData(chunk);
            for (int sent = 0; sent < Chunk;)
            {
                sent += socket.Send(chunk.AsSpan(sent));
            }
        }

        socket.Shutdown(SocketShutdown.Send);
        return Convert.ToHexString(hash.GetHashAndReset());
    }

    private static (string Hash, long Bytes) Receive(Socket socket)
    {
        socket.ReceiveTimeout = (int)Limit.TotalMilliseconds;
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        byte[] buffer = new byte[256 * 1024];
        long bytes = 0;
        int length;
        while ((length = socket.Receive(buffer)) > 0)
        {
            hash.AppendData(buffer.AsSpan(0, length));
            bytes += length;
        }

        return (Convert.ToHexString(hash.GetHashAndReset()), bytes);
    }
}
