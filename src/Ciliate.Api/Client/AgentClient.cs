using System.Net.Sockets;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Ciliate.Api.Client;

namespace Ciliate.Api;

/// <summary>Speaks to one agent over its Unix socket, a connection per request. Plain sockets, not <c>HttpClient</c>: a command that runs for
/// milliseconds should not spend most of them on a handler chain. Every method throws <see cref="ApiException"/>. Thread-safe.</summary>
/// <param name="socketPath">Absolute or relative path of the agent's socket.</param>
public sealed partial class AgentClient(string socketPath)
{
    public const string DefaultSocketPath = "/run/ciliate/ciliate.sock";

    private const long MaxBody = 256L * 1024 * 1024;
    private const long MaxErrorBody = 64 * 1024;

    /// <summary>How long an answer to a question may take as a whole; a stream of flows is bounded only up to its head.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long a change may take. It is answered when the kernel enforces it, and many rules for many endpoints take their time.</summary>
    public TimeSpan ChangeTimeout { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>Called when a request begins; what it returns is disposed of when the answer is there. Not for streams.</summary>
    public Func<IDisposable>? Waiting { get; init; }

    private Task<T> SendAsync<T>(
        string method, string path, JsonTypeInfo<T> answer, ReadOnlyMemory<byte> body, CancellationToken cancellationToken) =>
        SendAsync(
            method,
            path,
            body,
            async (stream, token) =>
                await JsonSerializer.DeserializeAsync(stream, answer, token).ConfigureAwait(false) ?? throw new JsonException("null"),
            cancellationToken);

    private async Task<T> SendAsync<T>(
        string method, string path, ReadOnlyMemory<byte> body, Func<Stream, CancellationToken, ValueTask<T>> read, CancellationToken cancellationToken)
    {
        TimeSpan limit = method == "GET" ? Timeout : ChangeTimeout;
        using IDisposable? waiting = Waiting?.Invoke();
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(limit);
        try
        {
            using AgentConnection connection = await AgentConnection.OpenAsync(socketPath, deadline.Token).ConfigureAwait(false);
            Stream stream = await ExchangeAsync(connection, method, path, body, MaxBody, deadline.Token).ConfigureAwait(false);
            return await read(stream, deadline.Token).ConfigureAwait(false);
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested && Explain(e, $"{method} {path}", limit) is { } explained)
        {
            throw explained;
        }
    }

    /// <summary>Sends the request and reads the head of the answer; an answer that tells an error is thrown.</summary>
    private static async Task<Stream> ExchangeAsync(
        AgentConnection connection, string method, string path, ReadOnlyMemory<byte> body, long limit, CancellationToken cancellationToken)
    {
        await connection.SendAsync(method, path, body, cancellationToken).ConfigureAwait(false);
        ResponseHead head = await ResponseHead.ReadAsync(connection.Reader, cancellationToken).ConfigureAwait(false);
        if (head.Status < 300)
            return new ResponseBody(connection.Reader, head, limit);
        throw await ReadErrorAsync(new ResponseBody(connection.Reader, head, MaxErrorBody), head, cancellationToken).ConfigureAwait(false);
    }

    private static async Task<ApiException> ReadErrorAsync(Stream body, ResponseHead head, CancellationToken cancellationToken)
    {
        try
        {
            if (await JsonSerializer.DeserializeAsync(body, ApiJson.Default.ApiError, cancellationToken).ConfigureAwait(false) is { } error)
                return new ApiException(error.Code, error.Error);
        }
        catch (JsonException)
        {
            // Not from our own handlers (a route that does not exist, a body too large): the status is all there is.
        }

        string code = head.Status switch { < 500 and not 404 => ApiErrorCode.Invalid, 404 => ApiErrorCode.NotFound, _ => ApiErrorCode.Internal };
        return new ApiException(code, $"the agent answered {head.Status} {head.Reason} and no reason; its version may differ from this one's");
    }

    /// <summary>Null: not ours to explain.</summary>
    private ApiException? Explain(Exception e, string request, TimeSpan limit) => e switch
    {
        HttpFramingException => new ApiException(ApiErrorCode.Unavailable, $"no answer from the agent at {socketPath} to {request}: {e.Message}", e),
        SocketException => new ApiException(ApiErrorCode.Unavailable, $"lost the agent at {socketPath} during {request}: {e.Message}", e),
        OperationCanceledException => new ApiException(
            ApiErrorCode.Unavailable, $"the agent at {socketPath} did not answer {request} within {limit.TotalSeconds:0.#} s", e),
        JsonException => new ApiException(
            ApiErrorCode.Internal, $"cannot read the agent's answer to {request}{At((JsonException)e)}; its version may differ from this one's", e),
        _ => null,
    };

    private static string At(JsonException e) => e.Path is null or "$" ? "" : $" at {e.Path}";
}
