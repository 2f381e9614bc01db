using System.Net.Sockets;
using System.Text;

namespace Ciliate.Cli.Tests;

/// <summary>A Unix socket that answers each connection with bytes a test has chosen, in the pieces it has chosen.</summary>
public sealed class FakeAgent : IDisposable
{
    private readonly Socket _listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private readonly List<string> _requests = [];
    private readonly CancellationTokenSource _stop = new();

    /// <param name="answer">Called with the request; writes the answer. The connection is closed when it returns.</param>
    public FakeAgent(Func<string, Socket, CancellationToken, Task> answer)
    {
        Path = System.IO.Path.Combine(System.IO.Path.GetTempPath(), $"ciliate-test-{Guid.NewGuid():N}.sock");
        _listener.Bind(new UnixDomainSocketEndPoint(Path));
        _listener.Listen();
        _ = ServeAsync(answer);
    }

    public string Path { get; }

    /// <summary>Head and body of every request so far.</summary>
    public IReadOnlyList<string> Requests
    {
        get
        {
            lock (_requests)
                return [.. _requests];
        }
    }

    public static FakeAgent Saying(params string[] pieces) => new(async (_, socket, token) =>
    {
        foreach (string piece in pieces)
        {
            await socket.SendAsync(Encoding.UTF8.GetBytes(piece), token);
            if (pieces.Length > 1)
                await Task.Delay(2, token);
        }
    });

    public static FakeAgent Answering(string json, string status = "200 OK") => Saying(Response(json, status));

    public static string Response(string body, string status = "200 OK") =>
        $"HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {Encoding.UTF8.GetByteCount(body)}\r\n\r\n{body}";

    public void Dispose()
    {
        _stop.Cancel();
        _listener.Dispose();
        File.Delete(Path);
        _stop.Dispose();
    }

    private async Task ServeAsync(Func<string, Socket, CancellationToken, Task> answer)
    {
        try
        {
            while (true)
                _ = ServeAsync(await _listener.AcceptAsync(_stop.Token), answer);
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
        }
    }

    private async Task ServeAsync(Socket socket, Func<string, Socket, CancellationToken, Task> answer)
    {
        using (socket)
        {
            try
            {
                string request = await ReadRequestAsync(socket);
                lock (_requests)
                    _requests.Add(request);
                await answer(request, socket, _stop.Token);
            }
            catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
            {
            }
        }
    }

    private static async Task<string> ReadRequestAsync(Socket socket)
    {
        var request = new StringBuilder();
        var buffer = new byte[64 * 1024];
        while (!IsWhole(request.ToString()))
        {
            int count = await socket.ReceiveAsync(buffer);
            if (count == 0)
                break;
            request.Append(Encoding.UTF8.GetString(buffer, 0, count));
        }

        return request.ToString();
    }

    private static bool IsWhole(string request)
    {
        int end = request.IndexOf("\r\n\r\n", StringComparison.Ordinal);
        if (end < 0)
            return false;
        string? length = request[..end].Split("\r\n").FirstOrDefault(line => line.StartsWith("Content-Length: ", StringComparison.Ordinal));
        return length is null || Encoding.UTF8.GetByteCount(request[(end + 4)..]) >= int.Parse(length["Content-Length: ".Length..], null);
    }
}
