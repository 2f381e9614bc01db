using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace Ciliate.Api.Client;

/// <summary>One request and its answer on a Unix socket of its own.</summary>
internal sealed class AgentConnection : IDisposable
{
    private readonly Socket _socket;

    private AgentConnection(Socket socket)
    {
        _socket = socket;
        Reader = new HttpReader(socket);
    }

    public HttpReader Reader { get; }

    /// <exception cref="ApiException">Nothing listens, or we may not connect.</exception>
    public static async ValueTask<AgentConnection> OpenAsync(string path, CancellationToken cancellationToken)
    {
        Socket? socket = null;
        try
        {
            var address = new UnixDomainSocketEndPoint(path);
            socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            await socket.ConnectAsync(address, cancellationToken).ConfigureAwait(false);
            return new AgentConnection(socket);
        }
        catch (SocketException e)
        {
            socket?.Dispose();
            throw Unreachable(path, e);
        }
        catch (ArgumentOutOfRangeException e)
        {
            throw new ApiException(ApiErrorCode.Invalid, $"the socket path \"{path}\" is empty or too long for a Unix socket", e);
        }
        catch (OperationCanceledException)
        {
            socket?.Dispose();
            throw;
        }
    }

    public async ValueTask SendAsync(string method, string path, ReadOnlyMemory<byte> body, CancellationToken cancellationToken)
    {
        var head = new StringBuilder(256);
        head.Append(CultureInfo.InvariantCulture, $"{method} {path} HTTP/1.1\r\nHost: localhost\r\nAccept: application/json\r\nConnection: close\r\n");
        if (!body.IsEmpty)
            head.Append(CultureInfo.InvariantCulture, $"Content-Type: application/json\r\nContent-Length: {body.Length}\r\n");
        byte[] headBytes = Encoding.ASCII.GetBytes(head.Append("\r\n").ToString());
        await SendAllAsync(headBytes, cancellationToken).ConfigureAwait(false);
        await SendAllAsync(body, cancellationToken).ConfigureAwait(false);
    }

    public void Dispose() => _socket.Dispose();

    /// <summary>An agent that answers early (too large a body, say) closes its side: the answer is then still to be read.</summary>
    private async ValueTask SendAllAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        try
        {
            while (!bytes.IsEmpty)
                bytes = bytes[await _socket.SendAsync(bytes, SocketFlags.None, cancellationToken).ConfigureAwait(false)..];
        }
        catch (SocketException e) when (e.SocketErrorCode is SocketError.Shutdown or SocketError.ConnectionReset)
        {
        }
    }

    private static ApiException Unreachable(string path, SocketException e)
    {
        if (e.SocketErrorCode == SocketError.AccessDenied)
            return new ApiException(ApiErrorCode.Unavailable, $"permission denied on {path}: run as root or as a member of the group \"ciliate\"", e);
        string why = e.SocketErrorCode switch
        {
            SocketError.ConnectionRefused => "nothing listens there",
            _ when !File.Exists(path) => "there is no such socket",
            _ => e.Message,
        };
        return new ApiException(ApiErrorCode.Unavailable, $"cannot reach the agent at {path}: {why} – is ciliated running?", e);
    }
}
