using System.Text.Json;
using Ciliate.Api;
using Ciliate.Fuzz.Execution;
using Microsoft.AspNetCore.Http;

namespace Ciliate.Fuzz.Targets.Api;

/// <summary>Requests to the agent, one after the other, through its routes, readers and managers down to a fake datapath. Each is answered: a success
/// in JSON, or an error that is the sender's, in one line.</summary>
internal sealed class ApiTarget : IFuzzTarget
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);
    private static readonly string[] s_codes =
        [ApiErrorCode.Invalid, ApiErrorCode.NotFound, ApiErrorCode.Conflict, ApiErrorCode.Exhausted];

    private FuzzedAgent? _agent;

    public string Name => "api";

    public IReadOnlyList<string> Instrumented => ["ciliated.dll", "Ciliate.Api.dll", "Ciliate.Policy.dll"];

    public int LongestInput => 4 << 10;

    public string? Dictionary => "api.dict";

    public void Try(ReadOnlyMemory<byte> input)
    {
        _agent ??= Tracing.Paused(() => new FuzzedAgent());
        try
        {
            foreach (HttpText request in HttpText.Read(input).DefaultIfEmpty(HttpText.Health))
                Send(_agent.Server, request);
        }
        finally
        {
            _agent = Tracing.Paused(() => Restored(_agent));
        }
    }

    private static FuzzedAgent Restored(FuzzedAgent agent)
    {
        if (agent.TryRestore())
            return agent;
        agent.Dispose();
        return new FuzzedAgent();
    }

    private static void Send(InProcessServer server, HttpText request)
    {
        using var exchange = new Exchange(request);
        if (!server.ProcessAsync(exchange.Features).Wait(s_patience))
            throw new FindingException($"no answer to {request.Method} {request.Target}");
        if (exchange.Status is >= 200 and < 300)
            CheckJson(exchange);
        else
            CheckError(exchange, request);
    }

    private static void CheckJson(Exchange exchange)
    {
        foreach (string document in exchange.ContentType == "application/x-ndjson" ? exchange.Text.Split('\n') : [exchange.Text])
        {
            if (document.Length > 0)
                JsonDocument.Parse(document).Dispose();
        }
    }

    private static void CheckError(Exchange exchange, HttpText request)
    {
        ApiError error = JsonSerializer.Deserialize(exchange.Text, ApiJson.Default.ApiError)
            ?? throw new FindingException($"an error without a text: {exchange.Status}");
        // 507 says that a supply is used up, which the sender can mend; every other 5xx is the agent's fault.
        bool sendersFault = exchange.Status is >= 400 and < 500 or StatusCodes.Status507InsufficientStorage;
        Expect.True(sendersFault && s_codes.Contains(error.Code), $"{exchange.Status} {error.Code}: {error.Error}: {request.Method} {request.Target}");
        Expect.OneLine(error.Error, "");
    }
}
