using System.Runtime.CompilerServices;
using System.Text.Json;
using Ciliate.Api.Client;

namespace Ciliate.Api;

/// <summary>One line of the stream of flows: exactly one of the two is set.</summary>
public readonly record struct FlowLine(Flow? Flow, LostFlowCount? Lost);

public sealed partial class AgentClient
{
    /// <summary>Streams flows, oldest first, until the agent ends the stream or the token is cancelled.</summary>
    public async IAsyncEnumerable<FlowLine> ObserveAsync(FlowQuery query, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        string path = ApiRoutes.ToFlows(query);
        using FlowStream stream = await OpenFlowsAsync(path, cancellationToken).ConfigureAwait(false);
        while (await NextAsync(stream, path, cancellationToken).ConfigureAwait(false) is { } line)
            yield return line;
    }

    private async Task<FlowStream> OpenFlowsAsync(string path, CancellationToken cancellationToken)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(Timeout);
        AgentConnection? connection = null;
        try
        {
            connection = await AgentConnection.OpenAsync(socketPath, deadline.Token).ConfigureAwait(false);
            Stream body = await ExchangeAsync(connection, "GET", path, default, long.MaxValue, deadline.Token).ConfigureAwait(false);
            return new FlowStream(connection, new LineReader(body));
        }
        catch (Exception e)
        {
            connection?.Dispose();
            if (!cancellationToken.IsCancellationRequested && Explain(e, $"GET {path}", Timeout) is { } explained)
                throw explained;
            throw;
        }
    }

    private async ValueTask<FlowLine?> NextAsync(FlowStream stream, string path, CancellationToken cancellationToken)
    {
        try
        {
            return await stream.Lines.ReadAsync(cancellationToken).ConfigureAwait(false) is { } line ? Parse(line.Span) : null;
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested && Explain(e, $"GET {path}", Timeout) is { } explained)
        {
            throw explained;
        }
    }

    private static FlowLine Parse(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json);
        if (reader.Read() && reader.Read() && reader.TokenType == JsonTokenType.PropertyName && reader.ValueTextEquals(LostFlows.Key))
            return new FlowLine(null, JsonSerializer.Deserialize(json, ApiJson.Default.LostFlows)?.Lost);
        return new FlowLine(JsonSerializer.Deserialize(json, ApiJson.Default.Flow) ?? throw new JsonException("null"), null);
    }

    private sealed record FlowStream(AgentConnection Connection, LineReader Lines) : IDisposable
    {
        public void Dispose() => Connection.Dispose();
    }
}
